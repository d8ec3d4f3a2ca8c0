namespace Libra.Deploy.Domain.Webhooks;

/// <summary>Loads and adds webhooks and their deliveries; changes to what it returns are saved by the unit of work.</summary>
public interface IWebhookRepository
{
    /// <summary>A webhook of the organization; null when it has no such one.</summary>
    Task<Webhook?> FindAsync(string organizationId, WebhookId id, CancellationToken cancellationToken);

    /// <summary>The same, which nobody else changes until the transaction ends.</summary>
    Task<Webhook?> FindForUpdateAsync(string organizationId, WebhookId id, CancellationToken cancellationToken);

    /// <summary>All webhooks of the organization, the oldest first.</summary>
    Task<IReadOnlyList<Webhook>> ListAsync(string organizationId, CancellationToken cancellationToken);

    /// <summary>
    /// Those of the webhooks that still exist, which stay until the caller's transaction ends: a message refers to its webhook.
    /// </summary>
    Task<IReadOnlyList<Webhook>> KeepAsync(IReadOnlyList<Webhook> webhooks, CancellationToken cancellationToken);

    /// <summary>How many there are; nobody else adds one until the transaction ends.</summary>
    Task<int> CountForUpdateAsync(string organizationId, CancellationToken cancellationToken);

    void Add(Webhook webhook);

    /// <summary>Removes it with all its deliveries.</summary>
    void Remove(Webhook webhook);

    /// <summary>A delivery with its webhook, only to read; null when there is none.</summary>
    Task<(WebhookDelivery Delivery, Webhook Webhook)?> ReadDeliveryAsync(WebhookDeliveryId id, CancellationToken cancellationToken);

    /// <summary>A delivery with its webhook, which nobody else changes until the transaction ends; null when there is none.</summary>
    Task<(WebhookDelivery Delivery, Webhook Webhook)?> FindDeliveryForUpdateAsync(
        WebhookDeliveryId id, CancellationToken cancellationToken);

    void Add(WebhookDelivery delivery);

    /// <summary>Removes ended deliveries that were written before <paramref name="before"/>; returns how many.</summary>
    Task<int> PruneAsync(DateTimeOffset before, CancellationToken cancellationToken);
}
