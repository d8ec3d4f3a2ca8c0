using System.Net;
using ErrorOr;
using Libra.Deploy.Application.Common;
using Libra.Deploy.Application.Telemetry;
using Libra.Deploy.Domain.Webhooks;
using MediatR;

namespace Libra.Deploy.Application.Webhooks;

/// <summary>Makes one attempt of a delivery that the caller holds. A crash before the end means that the message is sent again.</summary>
public sealed record DeliverWebhookCommand(WebhookDeliveryId Id) : IRequest<ErrorOr<Success>>;

internal sealed class DeliverWebhookHandler(IWebhookRepository webhooks, IWebhookSender sender, IUnitOfWork work, TimeProvider clock)
    : IRequestHandler<DeliverWebhookCommand, ErrorOr<Success>>
{
    public async Task<ErrorOr<Success>> Handle(DeliverWebhookCommand command, CancellationToken cancellationToken)
    {
        if (await webhooks.FindDeliveryAsync(command.Id, cancellationToken) is not var (delivery, webhook))
            return WebhookErrors.DeliveryNotFound(command.Id.ToString()); // its webhook was removed meanwhile

        if (!webhook.IsEnabled)
        {
            delivery.GiveUp();
            await work.CommitAsync(cancellationToken);
            return Result.Success;
        }

        var attempt = await sender.SendAsync(webhook, delivery, cancellationToken);
        var recorded = delivery.Record(attempt, Random.Shared.NextDouble());
        if (recorded.IsError) return recorded.Errors;

        if (attempt.StatusCode == (int)HttpStatusCode.Gone) SwitchOff(webhook, delivery);
        await work.CommitAsync(cancellationToken);
        WebhookMetrics.Attempted(attempt.Succeeded);
        return Result.Success;
    }

    // 410 is how a receiver says that it will never want anything again.
    private void SwitchOff(Webhook webhook, WebhookDelivery delivery)
    {
        webhook.SwitchOff("The receiver answered 410 Gone.", clock.GetUtcNow());
        delivery.GiveUp();
    }
}
