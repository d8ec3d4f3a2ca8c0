using ErrorOr;
using Libra.Deploy.Domain.Webhooks;

namespace Libra.Deploy.Application.Webhooks;

/// <summary>Brings a signed message to a webhook's address.</summary>
public interface IWebhookSender
{
    /// <summary>Refuses an address to which nothing may ever be sent; what its name leads to is looked at again at every attempt.</summary>
    ErrorOr<Success> CheckAddress(string url);

    /// <summary>Tries once. Whatever goes wrong is in the attempt, in words that may be shown to the webhook's owner.</summary>
    Task<DeliveryAttempt> SendAsync(Webhook webhook, WebhookDelivery delivery, CancellationToken cancellationToken);
}
