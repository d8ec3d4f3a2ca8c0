using ErrorOr;
using Libra.Deploy.Application.Common;
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
    /// <param name="project">Held for update by the caller's transaction.</param>
    /// <param name="charge">How the quota is charged; null charges as usual.</param>
    /// <param name="prepare">What else the new deployment needs before it is saved.</param>
    public async Task<ErrorOr<AcceptedDeployment>> AcceptAsync(
        Project project,
        DeploymentOrigin origin,
        DeploymentSettings settings,
        RequestSource? source,
        CancellationToken cancellationToken,
        Func<DeploymentId, Task<ErrorOr<Success>>>? charge = null,
        Func<Deployment, ErrorOr<Success>>? prepare = null)
    {
        if (project.CheckDeployable() is { IsError: true } refusal) return refusal.Errors;
        if (await deployments.FindActiveAsync(project.Id, cancellationToken) is { } active)
            return DeploymentErrors.InProgress(ProjectStatuses.For(active.Status, live: false), active.Id.Value);

        var now = clock.GetUtcNow(); // one moment for both: lists find an id by the time that it names
        var deployment = Deployment.Accept(DeploymentId.New(now), origin with { TraceParent = DeploymentTraces.Parent }, settings, now);
        var charged = charge is null
            ? await quotas.ChargeAsync(origin.OrganizationId, deployment.Id, cancellationToken)
            : await charge(deployment.Id);
        if (charged.IsError)
        {
            DeploymentMetrics.QuotaRefused();
            return charged.Errors;
        }

        if (prepare?.Invoke(deployment) is { IsError: true } refused) return refused.Errors;

        deployments.Add(deployment);
        if (source is not null) sources.Add(deployment.Id, source);
        await projects.RecordDeploymentAsync(
            project.Id, deployment.Id.Value, ProjectStatuses.For(deployment.Status, live: false), address: null, starting: true,
            cancellationToken);
        await work.CommitAsync(cancellationToken);
        queue.Wake();
        return new AcceptedDeployment(deployment.Id, deployment.CreatedAt);
    }
}
