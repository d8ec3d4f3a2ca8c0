using ErrorOr;
using Libra.Deploy.Domain.Webhooks;
using MediatR;

namespace Libra.Deploy.Application.Webhooks;

/// <summary>All webhooks of an organization, the oldest first; there are few.</summary>
public sealed record ListWebhooksQuery(string OrganizationId) : IRequest<ErrorOr<IReadOnlyList<WebhookView>>>;

internal sealed class ListWebhooksHandler(IWebhookRepository webhooks)
    : IRequestHandler<ListWebhooksQuery, ErrorOr<IReadOnlyList<WebhookView>>>
{
    public async Task<ErrorOr<IReadOnlyList<WebhookView>>> Handle(ListWebhooksQuery query, CancellationToken cancellationToken)
    {
        var found = await webhooks.ListAsync(query.OrganizationId, cancellationToken);
        return found.Select(WebhookView.Of).ToList();
    }
}
