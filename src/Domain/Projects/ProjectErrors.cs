using ErrorOr;
using Libra.Deploy.Domain.Common;

namespace Libra.Deploy.Domain.Projects;

/// <summary>Every refusal of the Projects module; codes are those of docs/api.md.</summary>
public static class ProjectErrors
{
    public static Error NotFound { get; } =
        Error.NotFound("PROJECT_NOT_FOUND", "The specified project does not exist or you do not have access to it");

    public static Error Inactive(string projectId) =>
        Error.Validation("PROJECT_INACTIVE", $"Project {projectId} is switched off and cannot be deployed.");

    public static Error BadCustomDomain(string domain, string why) =>
        FieldErrors.Of("customDomain", $"'{domain}' cannot be used as a custom domain: {why}.");

    public static Error CustomDomainTaken(string domain) =>
        FieldErrors.Of("customDomain", $"'{domain}' is already used by another project.");
}
