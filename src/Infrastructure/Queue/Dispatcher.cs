using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Libra.Deploy.Infrastructure.Queue;

/// <summary>
/// Feeds Hangfire from the table of deployments, only as much as this node has free slots: what waits, waits in our table, where
/// it is ordered fairly. It looks at once when woken, and by itself when something falls due or at most a batch time-out later.
/// </summary>
internal sealed class Dispatcher(
    WaitingDeployments waiting,
    QueueSignals signals,
    WorkerSlots slots,
    DeploymentJobs jobs,
    IOptions<QueueOptions> options,
    TimeProvider clock,
    ILogger<Dispatcher> logger) : BackgroundService
{
    // While others may free a slot or fetch a job that we do not see, look again soon.
    private static readonly TimeSpan WhileCrowded = TimeSpan.FromMilliseconds(500);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            var pause = options.Value.MaxBatchTimeout;
            try
            {
                pause = await DispatchAsync(stoppingToken);
            }
            catch (Exception failure) when (!stoppingToken.IsCancellationRequested)
            {
                // Whatever it is, the next look may work; giving up would stop the queue, or the host.
                logger.LogWarning(failure, "Deployments could not be dispatched; trying again");
                pause = WhileCrowded;
            }

            await signals.WaitAsync(pause, stoppingToken);
        }
    }

    /// <returns>How long to wait when nothing wakes us.</returns>
    private async Task<TimeSpan> DispatchAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            var free = options.Value.MaxConcurrentDeployments - slots.Busy
                - await waiting.CountBacklogAsync(options.Value.QueueName, cancellationToken);
            if (free <= 0) return WhileCrowded;

            var most = Math.Min(free, options.Value.MaxBatchSize);
            var due = await waiting.TakeDueAsync(clock.GetUtcNow(), most, options.Value.MaxRunningPerOrganization, cancellationToken);
            foreach (var id in due) await jobs.EnqueueAsync(id);
            if (due.Count < most) return await UntilNextDueAsync(cancellationToken);
        }
    }

    private async Task<TimeSpan> UntilNextDueAsync(CancellationToken cancellationToken)
    {
        if (await waiting.FindNextDueAsync(cancellationToken) is not { } next) return options.Value.MaxBatchTimeout;

        var until = next - clock.GetUtcNow();
        var soonest = until > TimeSpan.FromMilliseconds(10) ? until : WhileCrowded; // due already: its organization is at its cap
        return soonest < options.Value.MaxBatchTimeout ? soonest : options.Value.MaxBatchTimeout;
    }
}
