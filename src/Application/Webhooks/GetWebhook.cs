using ErrorOr;
using Libra.Deploy.Domain.Webhooks;
using MediatR;

namespace Libra.Deploy.Application.Webhooks;

/// <summary>Shows one webhook.</summary>
public sealed record GetWebhookQuery(string OrganizationId, WebhookId Id) : IRequest<ErrorOr<WebhookView>>;

internal sealed class GetWebhookHandler(IWebhookRepository webhooks) : IRequestHandler<GetWebhookQuery, ErrorOr<WebhookView>>
{
    public async Task<ErrorOr<WebhookView>> Handle(GetWebhookQuery query, CancellationToken cancellationToken) =>
        await webhooks.FindAsync(query.OrganizationId, query.Id, cancellationToken) is { } webhook
            ? WebhookView.Of(webhook)
            : WebhookErrors.NotFound(query.Id.ToString());
}
