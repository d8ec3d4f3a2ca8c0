using ErrorOr;
using Libra.Deploy.Application.Common;
using Libra.Deploy.Domain.Deployments;

namespace Libra.Deploy.Application.Deployments;

/// <summary>Finds a deployment for a caller: one that the caller may not see is <c>NOT_FOUND</c>, as one that does not exist.</summary>
internal static class VisibleDeployments
{
    /// <summary>To show it.</summary>
    public static async Task<ErrorOr<DeploymentView>> FindAsync(
        this IDeploymentQueries deployments, OrganizationFilter caller, DeploymentId id, CancellationToken cancellationToken) =>
        await deployments.FindAsync(id, cancellationToken) is { } view && caller.Allows(view.OrganizationId)
            ? view
            : DeploymentErrors.NotFound(id.Value);

    /// <summary>To go by it.</summary>
    public static async Task<ErrorOr<Deployment>> FindAsync(
        this IDeploymentRepository deployments, OrganizationFilter caller, DeploymentId id, CancellationToken cancellationToken) =>
        Visible(await deployments.FindAsync(id, cancellationToken), caller, id);

    /// <summary>To change it, in the caller's transaction.</summary>
    public static async Task<ErrorOr<Deployment>> FindForUpdateAsync(
        this IDeploymentRepository deployments, OrganizationFilter caller, DeploymentId id, CancellationToken cancellationToken) =>
        Visible(await deployments.FindForUpdateAsync(id, cancellationToken), caller, id);

    private static ErrorOr<Deployment> Visible(Deployment? found, OrganizationFilter caller, DeploymentId id) =>
        found is not null && caller.Allows(found.OrganizationId) ? found : DeploymentErrors.NotFound(id.Value);
}
