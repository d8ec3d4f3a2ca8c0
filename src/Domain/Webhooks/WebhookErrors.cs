using ErrorOr;
using Libra.Deploy.Domain.Common;

namespace Libra.Deploy.Domain.Webhooks;

/// <summary>Every refusal of the Webhooks module.</summary>
public static class WebhookErrors
{
    public static Error NotFound(string id) => Error.NotFound("NOT_FOUND", $"Webhook {id} does not exist or you do not have access to it.");

    public static Error DeliveryNotFound(string id) =>
        Error.NotFound("NOT_FOUND", $"Delivery {id} does not exist or you do not have access to it.");

    public static Error UnknownEvent(string name) =>
        FieldErrors.Of("events", $"There is no event '{name}'. There are {string.Join(", ", WebhookEvents.All.Order())}.");

    public static Error BadUrl(string why) => FieldErrors.Of("url", why);

    public static Error TooMany(int most) => Error.Conflict("INVALID_STATE", $"An organization has at most {most} webhooks.");

    public static Error DeliveryEnded(WebhookDeliveryId id, DeliveryStatus status) =>
        Error.Conflict("INVALID_STATE", $"Delivery {id} is already {status.ToString().ToLowerInvariant()}.");

    public static Error SwitchedOff(WebhookId id) =>
        Error.Conflict("INVALID_STATE", $"Webhook {id} is switched off: nothing is sent to it. Switch it on first.");
}
