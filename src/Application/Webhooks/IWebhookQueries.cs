using Libra.Deploy.Domain.Webhooks;

namespace Libra.Deploy.Application.Webhooks;

/// <summary>Reads the log of deliveries.</summary>
public interface IWebhookQueries
{
    /// <summary>Newest first, at most <see cref="DeliveryFilter.Limit"/>; cost does not grow with history.</summary>
    Task<DeliveryPage> ListAsync(WebhookId webhook, DeliveryFilter filter, CancellationToken cancellationToken);
}

/// <summary>Which deliveries to list; null leaves a part open.</summary>
/// <param name="Cursor">Continue behind this one.</param>
public sealed record DeliveryFilter(int Limit, WebhookDeliveryId? Cursor = null, DeliveryStatus? Status = null);

/// <summary>A page of a list.</summary>
/// <param name="Next">Null on the last page.</param>
public sealed record DeliveryPage(IReadOnlyList<DeliveryView> Deliveries, WebhookDeliveryId? Next);
