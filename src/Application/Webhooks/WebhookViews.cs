using Libra.Deploy.Domain.Webhooks;

namespace Libra.Deploy.Application.Webhooks;

/// <summary>A webhook as its organization sees it; never the secret.</summary>
/// <param name="OldSecretUntil">Messages are signed with the replaced secret as well until then; null when none was replaced.</param>
public sealed record WebhookView(
    Guid Id,
    string OrganizationId,
    string Url,
    IReadOnlyList<string> Events,
    string? Description,
    bool IsEnabled,
    string? DisabledReason,
    DateTimeOffset? OldSecretUntil,
    DateTimeOffset CreatedAt,
    DateTimeOffset UpdatedAt)
{
    internal static WebhookView Of(Webhook webhook) => new(
        webhook.Id.Value, webhook.OrganizationId, webhook.Url, webhook.EventNames, webhook.Description,
        webhook.IsEnabled, webhook.DisabledReason,
        webhook.OldSecretUntil, webhook.CreatedAt, webhook.UpdatedAt);
}

/// <summary>A delivery with the log of its attempts.</summary>
/// <param name="NextAttemptAt">Null once it is delivered or given up.</param>
public sealed record DeliveryView(
    Guid Id,
    Guid WebhookId,
    string Event,
    DeliveryStatus Status,
    DateTimeOffset CreatedAt,
    DateTimeOffset? NextAttemptAt,
    IReadOnlyList<DeliveryAttempt> Attempts,
    string Body)
{
    public static DeliveryView Of(WebhookDelivery delivery) => new(
        delivery.Id.Value, delivery.WebhookId.Value, delivery.EventName, delivery.Status, delivery.CreatedAt, delivery.DueAt,
        delivery.Attempts, delivery.Body);
}
