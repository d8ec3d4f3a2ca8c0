using Libra.Deploy.Application.Webhooks;
using Libra.Deploy.Domain.Webhooks;
using Libra.Deploy.Infrastructure.Upkeep;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Libra.Deploy.Infrastructure.Webhooks;

/// <summary>Takes due deliveries and makes their attempts, on every worker node.</summary>
internal sealed class WebhookDispatcher(
    DueDeliveries due, IServiceScopeFactory scopes, IOptions<WebhookOptions> options, TimeProvider clock, ILogger<WebhookDispatcher> logger)
    : RecurringWork(options.Value.Interval, scopes, clock, logger)
{
    // Long enough for an attempt and the saving of its outcome.
    private static readonly TimeSpan ClaimSlack = TimeSpan.FromSeconds(30);

    private readonly SemaphoreSlim _free = new(options.Value.MaxConcurrentAttempts);

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        var gone = 0;
        try
        {
            // Whoever has all places is alone: attempts under way have been interrupted and are gone.
            for (; gone < options.Value.MaxConcurrentAttempts; gone++) await _free.WaitAsync(cancellationToken);
        }
        catch (OperationCanceledException)
        {
            // The stop has no time left. An attempt that is not noted is made again, by another node.
            logger.LogDebug("The stop did not wait for the last deliveries");
        }
        finally
        {
            if (gone > 0) _free.Release(gone); // a host may be stopped twice
        }
    }

    public override void Dispose()
    {
        _free.Dispose();
        base.Dispose();
    }

    protected override Task PruneAsync(CancellationToken cancellationToken) =>
        SendAsync(new PruneWebhookDeliveriesCommand(), cancellationToken);

    protected override async Task DoAsync(long round, CancellationToken cancellationToken)
    {
        while (_free.CurrentCount > 0)
        {
            var now = Clock.GetUtcNow();
            var until = now + options.Value.Timeout + ClaimSlack;
            var claimed = await due.ClaimAsync(
                now, until, options.Value.MaxConcurrentPerWebhook, _free.CurrentCount, cancellationToken);
            if (claimed.Count == 0) return;

            foreach (var id in claimed)
            {
                await _free.WaitAsync(cancellationToken);
                _ = DeliverAsync(id, until, cancellationToken);
            }
        }
    }

    private async Task DeliverAsync(WebhookDeliveryId id, DateTimeOffset until, CancellationToken cancellationToken)
    {
        try
        {
            await SendAsync(new DeliverWebhookCommand(id), cancellationToken);
            await due.ReleaseAsync(id, until, cancellationToken);
        }
        catch (Exception failure) when (!cancellationToken.IsCancellationRequested)
        {
            logger.LogWarning(
                failure, "Delivery {WebhookDeliveryId} could not be made or noted; it is made again when its claim is over", id);
        }
        catch (OperationCanceledException)
        {
            logger.LogDebug("Delivery {WebhookDeliveryId} was interrupted; another node makes it", id);
        }
        finally
        {
            _free.Release();
        }
    }
}
