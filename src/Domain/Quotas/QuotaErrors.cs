using System.Globalization;
using ErrorOr;

namespace Libra.Deploy.Domain.Quotas;

/// <summary>Every refusal of the Quotas module; codes are those of docs/api.md.</summary>
public static class QuotaErrors
{
    private const string QuotaExceeded = "DEPLOYMENT_QUOTA_EXCEEDED";

    /// <param name="resetDate">When there is quota again; null when no plan of the organization gives any by itself.</param>
    public static Error Exceeded(string organizationId, DateTimeOffset? resetDate) => Error.Failure(
        QuotaExceeded,
        $"Deploy quota exhausted for organization {organizationId}. Please upgrade your plan or wait for quota reset.",
        resetDate is { } reset ? new Dictionary<string, object> { ["resetDate"] = reset } : null);

    /// <summary>The same refusal, to clients that know its code, of an organization whose plan is over.</summary>
    public static Error PlanEnded(string organizationId, QuotaPlan plan)
    {
        ArgumentNullException.ThrowIfNull(plan);
        var day = plan.PeriodEnd.UtcDateTime.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
        return Error.Failure(
            QuotaExceeded,
            $"Deploy quota exhausted for organization {organizationId}. Its plan {plan.Name} ended on {day}; an operator can set it anew.",
            new Dictionary<string, object>
            {
                ["reason"] = "plan_ended",
                ["planName"] = plan.Name,
                ["periodEnd"] = plan.PeriodEnd,
            });
    }

    public static Error OrganizationNotFound(string organizationId) =>
        Error.NotFound("NOT_FOUND", $"Organization {organizationId} does not exist or you do not have access to it.");
}
