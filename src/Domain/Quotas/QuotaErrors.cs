using ErrorOr;

namespace Libra.Deploy.Domain.Quotas;

/// <summary>Every refusal of the Quotas module; codes are those of docs/api.md.</summary>
public static class QuotaErrors
{
    /// <param name="resetDate">When there is quota again; null when the organization has no plan at all.</param>
    public static Error Exceeded(string organizationId, DateTimeOffset? resetDate) => Error.Failure(
        "DEPLOYMENT_QUOTA_EXCEEDED",
        $"Deploy quota exhausted for organization {organizationId}. Please upgrade your plan or wait for quota reset.",
        resetDate is { } reset ? new Dictionary<string, object> { ["resetDate"] = reset } : null);

    public static Error OrganizationNotFound(string organizationId) =>
        Error.NotFound("NOT_FOUND", $"Organization {organizationId} does not exist or you do not have access to it.");
}
