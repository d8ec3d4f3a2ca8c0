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
    public async Task<ErrorOr<AcceptedDeployment>> AcceptAsync(NewDeployment asked, CancellationToken cancellationToken)
    {
        if (asked.Project.Check() is { IsError: true } refusal) return refusal.Errors;

        var now = clock.GetUtcNow(); // one moment for both: lists find an id by the time that it names
        var origin = asked.Origin with { TraceParent = DeploymentTraces.Parent };
        var deployment = Deployment.Accept(DeploymentId.New(now), origin, asked.Settings, now);
        if (asked.Prepare?.Invoke(deployment) is { IsError: true } refused) return refused.Errors;

        deployments.Add(deployment);
        if (asked.Source is not null) sources.Add(deployment.Id, asked.Source);
        projects.RecordDeployment(
            deployment.ProjectId, deployment.Id.Value, ProjectStatuses.For(deployment.Status, live: false), address: null, starting: true);

        // Last, because the organization's other requests wait from the charge to the commit.
        var charged = asked.Charge is { } charge
            ? await charge(deployment.Id)
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

    /// <summary>How the quota is charged; null charges as usual.</summary>
    public Func<DeploymentId, Task<ErrorOr<Success>>>? Charge { get; init; }

    /// <summary>What else it needs before it is saved.</summary>
    public Func<Deployment, ErrorOr<Success>>? Prepare { get; init; }
}
