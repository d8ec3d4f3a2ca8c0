using ErrorOr;
using Libra.Deploy.Domain.Webhooks;
using MediatR;

namespace Libra.Deploy.Application.Webhooks;

/// <summary>What a webhook was told, or is to be told, the newest first.</summary>
public sealed record ListWebhookDeliveriesQuery(string OrganizationId, WebhookId Webhook, DeliveryFilter Filter)
    : IRequest<ErrorOr<DeliveryPage>>;

internal sealed class ListWebhookDeliveriesHandler(IWebhookRepository webhooks, IWebhookQueries queries)
    : IRequestHandler<ListWebhookDeliveriesQuery, ErrorOr<DeliveryPage>>
{
    public async Task<ErrorOr<DeliveryPage>> Handle(ListWebhookDeliveriesQuery query, CancellationToken cancellationToken) =>
        await webhooks.FindAsync(query.OrganizationId, query.Webhook, cancellationToken) is null
            ? WebhookErrors.NotFound(query.Webhook.ToString())
            : await queries.ListAsync(query.Webhook, query.Filter, cancellationToken);
}
