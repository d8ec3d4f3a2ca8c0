using ErrorOr;
using Libra.Deploy.Application.Common;
using Libra.Deploy.Application.Deployments.Artifacts;
using Libra.Deploy.Application.Quotas;
using Libra.Deploy.Application.Telemetry;
using Libra.Deploy.Domain.Deployments;
using Libra.Deploy.Domain.Projects;

namespace Libra.Deploy.Application.Deployments;

/// <summary>
/// The one door through which a deployment comes into being, whether asked for, retried, replayed or rolled back: one active
/// deployment a project, one charge, the project's row in step, all in the caller's transaction.
/// </summary>
internal sealed class DeploymentAcceptance(
    IDeploymentRepository deployments,
    IDeploymentSources sources,
    IProjectRepository projects,
    IQuotaCharges quotas,
    IUnitOfWork work,
    IDeploymentQueue queue,
    TimeProvider clock)
{
    public async Task<ErrorOr<AcceptedDeployment>> AcceptAsync(NewDeployment asked, CancellationToken cancellationToken)
    {
        if (asked.Project.Check() is { IsError: true } refusal) return refusal.Errors;

        var now = clock.GetUtcNow();
        var acceptedAt = asked.Project.NextAcceptance(now); // one moment for both: lists find an id by the time that it names
        var origin = asked.Origin with { TraceParent = DeploymentTraces.Parent, AcceptedAt = acceptedAt };
        var deployment = Deployment.Accept(DeploymentId.New(acceptedAt), origin, asked.Settings, now);
        if (asked.Artifact is { } artifact && deployment.UseArtifact(artifact.Digest, artifact.Size) is { IsError: true } unusable)
            return unusable.Errors;
        if (asked.Prepare?.Invoke(deployment) is { IsError: true } refused) return refused.Errors;

        deployments.Add(deployment);
        if (asked.Source is not null) sources.Add(deployment.Id, asked.Source);
        projects.RecordDeployment(
            deployment.ProjectId, deployment.Id.Value, ProjectStatuses.For(deployment.Status, live: false), address: null, starting: true);

        // Last, because the organization's other requests wait from the charge to the commit.
        var charged = asked.ReplayOf is { } replayed
            ? await quotas.ChargeReplayAsync(origin.OrganizationId, replayed, deployment.Id, cancellationToken)
            : await quotas.ChargeAsync(origin.OrganizationId, deployment.Id, cancellationToken);
        if (charged.IsError)
        {
            DeploymentMetrics.QuotaRefused();
            return charged.Errors;
        }

        await work.CommitAsync(cancellationToken);
        queue.Wake();
        return new AcceptedDeployment(deployment.Id, deployment.CreatedAt);
    }
}

/// <summary>A deployment that somebody asks for.</summary>
/// <param name="Project">Held by the caller's transaction.</param>
internal sealed record NewDeployment(DeployableProject Project, DeploymentOrigin Origin, DeploymentSettings Settings)
{
    /// <summary>Null when the project or an artifact is the source.</summary>
    public RequestSource? Source { get; init; }

    /// <summary>Made live as it is, without a build; null builds the source.</summary>
    public ArtifactReference? Artifact { get; init; }

    /// <summary>The dead letter's deployment, whose charge counts for this one too; null charges a deployment of its own.</summary>
    public DeploymentId? ReplayOf { get; init; }

    /// <summary>What else has to happen before it is saved; a refusal here refuses the whole.</summary>
    public Func<Deployment, ErrorOr<Success>>? Prepare { get; init; }
}
