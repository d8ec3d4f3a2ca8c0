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
        if (await webhooks.ReadDeliveryAsync(command.Id, cancellationToken) is not var (message, receiver))
            return Removed(command.Id);

        var attempt = receiver.IsEnabled ? await sender.SendAsync(receiver, message, cancellationToken) : null;
        var noted = await NoteAsync(command.Id, receiver.Url, attempt, cancellationToken);
        if (!noted.IsError && attempt is not null) WebhookMetrics.Attempted(attempt.Succeeded);
        return noted;
    }

    /// <summary>One short transaction after the call: nobody waits for a receiver, and whoever changed something meanwhile did.</summary>
    /// <param name="id">Of the message.</param>
    /// <param name="asked">The address that the attempt went to.</param>
    /// <param name="attempt">Null when the receiver is switched off.</param>
    private async Task<ErrorOr<Success>> NoteAsync(
        WebhookDeliveryId id, string asked, DeliveryAttempt? attempt, CancellationToken cancellationToken)
    {
        await using var transaction = await work.BeginAsync(cancellationToken);
        if (await webhooks.FindDeliveryForUpdateAsync(id, cancellationToken) is not var (delivery, webhook)) return Removed(id);

        if (attempt is null) delivery.WaitForReceiver(clock.GetUtcNow());
        else if (delivery.Record(attempt, Random.Shared.NextDouble()) is { IsError: true } ended) return ended.Errors;
        // The owner of an address that has gone may have given the new one meanwhile.
        if (attempt?.StatusCode == (int)HttpStatusCode.Gone && webhook.Url == asked) SwitchOff(webhook, delivery);
        await work.CommitAsync(cancellationToken);
        return Result.Success;
    }

    private static Error Removed(WebhookDeliveryId id) => WebhookErrors.DeliveryNotFound(id.ToString()); // with its webhook

    // 410 is how a receiver says that it will never want anything again.
    private void SwitchOff(Webhook webhook, WebhookDelivery delivery)
    {
        webhook.SwitchOff("The receiver answered 410 Gone.", clock.GetUtcNow());
        delivery.GiveUp();
    }
}
