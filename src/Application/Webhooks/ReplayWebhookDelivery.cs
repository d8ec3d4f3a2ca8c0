using ErrorOr;
using Libra.Deploy.Application.Common;
using Libra.Deploy.Domain.Webhooks;
using MediatR;

namespace Libra.Deploy.Application.Webhooks;

/// <summary>Sends a message again under the same id, whether it was received or not.</summary>
public sealed record ReplayWebhookDeliveryCommand(string OrganizationId, WebhookId Webhook, WebhookDeliveryId Id)
    : IRequest<ErrorOr<DeliveryView>>, ITransactional;

internal sealed class ReplayWebhookDeliveryHandler(IWebhookRepository webhooks, IUnitOfWork work, TimeProvider clock)
    : IRequestHandler<ReplayWebhookDeliveryCommand, ErrorOr<DeliveryView>>
{
    public async Task<ErrorOr<DeliveryView>> Handle(ReplayWebhookDeliveryCommand command, CancellationToken cancellationToken)
    {
        var found = await webhooks.FindDeliveryForUpdateAsync(command.Id, cancellationToken);
        if (found is not { } known || known.Webhook.Id != command.Webhook || known.Webhook.OrganizationId != command.OrganizationId)
            return WebhookErrors.DeliveryNotFound(command.Id.ToString());
        if (!known.Webhook.IsEnabled) return WebhookErrors.SwitchedOff(known.Webhook.Id);

        known.Delivery.Replay(clock.GetUtcNow());
        await work.CommitAsync(cancellationToken);
        return DeliveryView.Of(known.Delivery);
    }
}
