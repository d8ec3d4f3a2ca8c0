using ErrorOr;
using Libra.Deploy.Application.Deployments.Artifacts;
using Libra.Deploy.Domain.Deployments;
using Libra.Deploy.Domain.Projects;
using Microsoft.Extensions.Options;

namespace Libra.Deploy.Application.Deployments;

/// <summary>Starts a new deployment of the same source as an ended one, linked to it, in the caller's transaction.</summary>
internal sealed class DeploymentRepetition(
    IDeploymentSources sources, IDeployableProjects projects, DeploymentAcceptance acceptance, IOptions<DeploymentOptions> options)
{
    /// <summary>For whoever wants it again, charged anew.</summary>
    public async Task<ErrorOr<AcceptedDeployment>> StartAsync(
        Deployment original, string userId, string? requestId, CancellationToken cancellationToken)
    {
        var repeated = await RepeatAsync(original, userId, requestId, cancellationToken);
        return repeated.IsError ? repeated.Errors : await acceptance.AcceptAsync(repeated.Value, cancellationToken);
    }

    /// <summary>In the place of a dead letter, which has been charged already.</summary>
    /// <param name="settle">Settles the letter; the new deployment starts only when it could be.</param>
    public async Task<ErrorOr<AcceptedDeployment>> ReplayAsync(
        Deployment original, string? requestId, Func<Deployment, ErrorOr<Success>> settle, CancellationToken cancellationToken)
    {
        var repeated = await RepeatAsync(original, original.UserId, requestId, cancellationToken);
        if (repeated.IsError) return repeated.Errors;

        var replay = repeated.Value with { ReplayOf = original.Id, Prepare = settle };
        return await acceptance.AcceptAsync(replay, cancellationToken);
    }

    private async Task<ErrorOr<NewDeployment>> RepeatAsync(
        Deployment original, string userId, string? requestId, CancellationToken cancellationToken)
    {
        var project = await projects.HoldAsync(original.ProjectId, cancellationToken);
        if (project is null || project.OrganizationId != original.OrganizationId) return ProjectErrors.NotFound; // moved since

        var source = await sources.FindAsync(original.Id, cancellationToken);
        // A cleanup that came before the project was held took it along with the deployment.
        if (source is null && original.Source == SourceKind.Request) return DeploymentErrors.SourceGone(original.Id);

        // What the first request asked for counts on, but not against what the project was given since.
        var domain = new DomainMove(project.CustomDomain, original.Domain.For(project.CustomDomain));
        var origin = new DeploymentOrigin(
            original.ProjectId, original.OrganizationId, userId, original.Source, domain, requestId, original.Id);
        return new NewDeployment(project, origin, options.Value.Renew(original.Settings))
        {
            Source = source,
            Artifact = original.Source == SourceKind.Artifact
                ? new ArtifactReference(original.ArtifactDigest!, original.ArtifactSize ?? 0)
                : null,
        };
    }
}
