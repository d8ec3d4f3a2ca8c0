using Hangfire;
using Libra.Deploy.Application.Deployments;
using Libra.Deploy.Application.Deployments.Archive;
using Libra.Deploy.Application.Deployments.Pipeline;
using Libra.Deploy.Infrastructure.Upkeep;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Libra.Deploy.Infrastructure.Queue;

/// <summary>
/// Looks for what no live worker will finish: deployments of dead workers, overdue ones, jobs that got lost between our table and
/// Hangfire, sandboxes that nobody owns, and logs that nobody sealed. Runs on every node; each statement lets one of them win.
/// </summary>
internal sealed class Reaper(
    WaitingDeployments waiting,
    QueueSignals signals,
    IBackgroundJobClientV2 jobs,
    ISandboxProvider sandboxes,
    IServiceScopeFactory scopes,
    IOptions<QueueOptions> options,
    TimeProvider clock,
    ILogger<Reaper> logger) : RecurringWork(options.Value.ReapInterval, scopes, clock, logger)
{
    private const int RoundsBetweenSandboxes = 15;
    private const int RoundsBetweenArchives = 5;

    protected override async Task DoAsync(long round, CancellationToken cancellationToken)
    {
        await ReapAsync(cancellationToken);
        if (round % RoundsBetweenSandboxes == 0) await ReapSandboxesAsync(cancellationToken);
        if (round % RoundsBetweenArchives == 0) await SendAsync(new ArchiveLeftDeploymentsCommand(), cancellationToken);
    }

    private async Task ReapAsync(CancellationToken cancellationToken)
    {
        var now = Clock.GetUtcNow();
        foreach (var id in await waiting.FindOverdueAsync(now, cancellationToken))
        {
            await SendAsync(new AbandonOverdueDeploymentCommand(id), cancellationToken);
            logger.LogWarning("Deployment {DeploymentId} was past its time and has been ended", id);
        }

        foreach (var id in await waiting.TakeOrphansAsync(now, cancellationToken))
        {
            logger.LogWarning("The worker of {DeploymentId} is silent; another one goes on", id);
            var job = jobs.Enqueue<RunDeploymentJob>(options.Value.QueueName, run => run.RunAsync(id.Value, CancellationToken.None));
            await waiting.RecordJobAsync(id, job, cancellationToken);
        }

        var lost = await waiting.ReturnLostAsync(now, cancellationToken);
        if (lost.Count == 0) return;
        logger.LogWarning("{Count} waiting deployments had no job any more; they are dispatched again", lost.Count);
        signals.SignalDispatcher();
    }

    private async Task ReapSandboxesAsync(CancellationToken cancellationToken)
    {
        var active = await waiting.FindActiveAsync(cancellationToken);
        var removed = await sandboxes.ReapAsync(active.ToHashSet(), cancellationToken);
        if (removed > 0) logger.LogWarning("{Count} sandboxes of dead workers were removed", removed);
    }
}
