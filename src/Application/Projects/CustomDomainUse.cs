using ErrorOr;
using Libra.Deploy.Domain.Projects;

namespace Libra.Deploy.Application.Projects;

/// <summary>Who may use a custom domain.</summary>
internal static class CustomDomainUse
{
    /// <summary>Refuses a domain that another project uses, or that a deployment is about to give to another project.</summary>
    public static async Task<ErrorOr<Success>> CheckDomainIsFreeAsync(
        this IProjectRepository projects, string domain, string projectId, CancellationToken cancellationToken)
    {
        var holder = await projects.FindIdByCustomDomainAsync(domain, cancellationToken);
        return holder is null || holder == projectId ? Result.Success : ProjectErrors.CustomDomainTaken(domain);
    }
}
