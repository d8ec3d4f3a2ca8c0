using System.Text.Json;
using System.Text.Json.Serialization;
using Libra.Deploy.Application.Webhooks;
using Libra.Deploy.Domain.Webhooks;

namespace Libra.Deploy.WebApi.Webhooks;

/// <summary>The body that adds or changes a webhook, for its description.</summary>
/// <param name="Events">Names of events; none means all.</param>
public sealed record WebhookBody(
    string? Url = null, IReadOnlyList<string>? Events = null, string? Description = null, bool? Enabled = null);

/// <summary>A webhook.</summary>
/// <param name="DisabledReason">Why the service switched it off.</param>
/// <param name="OldSecretUntil">Messages are signed with the replaced secret as well until then.</param>
public sealed record WebhookResponse(
    Guid Id,
    string OrganizationId,
    string Url,
    IReadOnlyList<string> Events,
    string? Description,
    bool Enabled,
    string? DisabledReason,
    DateTimeOffset? OldSecretUntil,
    DateTimeOffset CreatedAt,
    DateTimeOffset UpdatedAt)
{
    internal static WebhookResponse Of(WebhookView webhook) => new(
        webhook.Id, webhook.OrganizationId, webhook.Url, webhook.Events, webhook.Description, webhook.IsEnabled, webhook.DisabledReason,
        webhook.OldSecretUntil, webhook.CreatedAt, webhook.UpdatedAt);
}

/// <summary>Answer about one webhook.</summary>
/// <param name="Secret">The key to check messages with; only in the answer that makes it.</param>
public sealed record WebhookAnswer(bool Success, WebhookResponse Webhook, string? Secret = null);

/// <summary>All webhooks of an organization.</summary>
public sealed record WebhookListResponse(bool Success, IReadOnlyList<WebhookResponse> Webhooks);

/// <summary>A webhook is gone.</summary>
public sealed record WebhookRemovedResponse(bool Success, Guid Id);

/// <summary>A message and what became of it.</summary>
/// <param name="Id">Also the message's <c>webhook-id</c>.</param>
/// <param name="Message">What is sent.</param>
public sealed record DeliveryResponse(
    Guid Id,
    Guid WebhookId,
    string Event,
    DeliveryStatus Status,
    DateTimeOffset CreatedAt,
    DateTimeOffset? NextAttemptAt,
    IReadOnlyList<AttemptResponse> Attempts,
    JsonElement Message)
{
    internal static DeliveryResponse Of(DeliveryView delivery) => new(
        delivery.Id, delivery.WebhookId, delivery.Event, delivery.Status, delivery.CreatedAt, delivery.NextAttemptAt,
        [.. delivery.Attempts.Select(attempt => new AttemptResponse(attempt.At, attempt.StatusCode, attempt.Error, attempt.Duration))],
        JsonElement.Parse(delivery.Body));
}

/// <summary>One attempt; the duration is in milliseconds.</summary>
public sealed record AttemptResponse(DateTimeOffset At, int? StatusCode, string? Error, long Duration);

/// <summary>Answer about one delivery.</summary>
public sealed record DeliveryAnswer(bool Success, DeliveryResponse Delivery);

/// <summary>A page of deliveries, the newest first.</summary>
public sealed record DeliveryListResponse(
    bool Success, IReadOnlyList<DeliveryResponse> Deliveries,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.Never)] string? NextCursor);
