using Libra.Deploy.Infrastructure.Upkeep;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Libra.Deploy.Infrastructure.Queue;

/// <summary>
/// Looks for what no live worker will finish: deployments of dead workers, and jobs that got lost between our table and Hangfire. Runs
/// on every node; each statement lets one of them win. It waits for our own rows only, and for none that is held: what needs the
/// platform's rows, the object store or a sandbox is left to <see cref="OverdueReaper"/>, <see cref="LateArchives"/> and
/// <see cref="SandboxReaper"/>, since there one slow thing may take long.
/// </summary>
internal sealed class Reaper(
    WaitingDeployments waiting,
    QueueSignals signals,
    DeploymentJobs jobs,
    IServiceScopeFactory scopes,
    IOptions<QueueOptions> options,
    TimeProvider clock,
    ILogger<Reaper> logger) : RecurringWork(options.Value.ReapInterval, scopes, clock, logger)
{
    protected override async Task DoAsync(long round, CancellationToken cancellationToken)
    {
        var now = Clock.GetUtcNow();
        foreach (var id in await waiting.TakeOrphansAsync(now, cancellationToken))
        {
            logger.LogWarning("The worker of {DeploymentId} is silent; another one goes on", id);
            await jobs.EnqueueAsync(id);
        }

        var lost = await waiting.ReturnLostAsync(now, cancellationToken);
        if (lost.Count == 0) return;
        logger.LogWarning("{Count} waiting deployments had no job any more; they are dispatched again", lost.Count);
        signals.SignalDispatcher();
    }
}
