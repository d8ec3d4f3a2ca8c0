using ErrorOr;
using Libra.Deploy.Domain.Deployments;
using Libra.Deploy.Domain.Projects;

namespace Libra.Deploy.Application.Deployments;

/// <summary>Starts a new deployment of the same source as an ended one, linked to it, in the caller's transaction.</summary>
internal sealed class DeploymentRepetition(IDeploymentSources sources, IDeployableProjects projects, DeploymentAcceptance acceptance)
{
    /// <param name="charge">How the quota is charged; null charges as usual.</param>
    /// <param name="prepare">What else has to happen before the new deployment is saved.</param>
    public async Task<ErrorOr<AcceptedDeployment>> StartAsync(
        Deployment original,
        string userId,
        string? requestId,
        CancellationToken cancellationToken,
        Func<DeploymentId, Task<ErrorOr<Success>>>? charge = null,
        Func<Deployment, ErrorOr<Success>>? prepare = null)
    {
        var project = await projects.HoldAsync(original.ProjectId, cancellationToken);
        if (project is null || project.OrganizationId != original.OrganizationId) return ProjectErrors.NotFound; // moved since

        var origin = new DeploymentOrigin(
            original.ProjectId, original.OrganizationId, userId, original.Source, original.CustomDomain, requestId, original.Id);
        var source = await sources.FindAsync(original.Id, cancellationToken);
        // A cleanup that came before the project was held took it along with the deployment.
        if (source is null && original.Source == SourceKind.Request) return DeploymentErrors.SourceGone(original.Id);

        var repeated = new NewDeployment(project, origin, original.Settings) { Source = source, Charge = charge, Prepare = Prepare };
        return await acceptance.AcceptAsync(repeated, cancellationToken);

        ErrorOr<Success> Prepare(Deployment deployment)
        {
            if (original.Source == SourceKind.Artifact
                && deployment.UseArtifact(original.ArtifactDigest!, original.ArtifactSize ?? 0) is { IsError: true } refused)
                return refused;
            return prepare?.Invoke(deployment) ?? Result.Success;
        }
    }
}
