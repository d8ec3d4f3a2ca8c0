using MediatR;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Libra.Deploy.Infrastructure.Upkeep;

/// <summary>
/// Something that a node does again and again while it runs. A round that fails is told of and nothing else: an outage comes in many
/// wrappers, the next round may do better, and giving up would end the work for good, or the host.
/// </summary>
/// <param name="interval">From the start of one round to the start of the next; one that takes longer delays it.</param>
internal abstract class RecurringWork(TimeSpan interval, IServiceScopeFactory scopes, TimeProvider clock, ILogger logger)
    : BackgroundService
{
    private static readonly TimeSpan PruneInterval = TimeSpan.FromHours(1);

    private DateTimeOffset _pruneAt = clock.GetUtcNow();

    protected TimeProvider Clock => clock;

    /// <param name="round">Counts from 0, for what need not be done in every round.</param>
    protected abstract Task DoAsync(long round, CancellationToken cancellationToken);

    /// <summary>Removes what is too old to keep: after the first round, then once an hour.</summary>
    protected virtual Task PruneAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    protected sealed override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(interval, clock);
        for (long round = 0; await timer.WaitForNextTickAsync(stoppingToken); round++)
        {
            try
            {
                await DoAsync(round, stoppingToken);
                await PruneWhenDueAsync(stoppingToken);
            }
            catch (Exception failure) when (!stoppingToken.IsCancellationRequested)
            {
                logger.LogWarning(failure, "{Work} failed in this round; the next one tries again", GetType().Name);
            }
        }
    }

    private async Task PruneWhenDueAsync(CancellationToken cancellationToken)
    {
        if (clock.GetUtcNow() < _pruneAt) return;

        await PruneAsync(cancellationToken);
        _pruneAt = clock.GetUtcNow() + PruneInterval;
    }

    /// <summary>Lets a use case do it, in a scope of its own.</summary>
    protected async Task<TResponse> SendAsync<TResponse>(IRequest<TResponse> request, CancellationToken cancellationToken)
    {
        await using var scope = scopes.CreateAsyncScope();
        return await scope.ServiceProvider.GetRequiredService<IMediator>().Send(request, cancellationToken);
    }
}
