using ErrorOr;
using Libra.Deploy.Domain.Webhooks;
using MediatR;
using Microsoft.Extensions.Options;

namespace Libra.Deploy.Application.Webhooks;

/// <summary>Removes the log of deliveries that ended long ago. Safe to repeat.</summary>
public sealed record PruneWebhookDeliveriesCommand : IRequest<ErrorOr<int>>;

internal sealed class PruneWebhookDeliveriesHandler(IWebhookRepository webhooks, IOptions<WebhookOptions> options, TimeProvider clock)
    : IRequestHandler<PruneWebhookDeliveriesCommand, ErrorOr<int>>
{
    public async Task<ErrorOr<int>> Handle(PruneWebhookDeliveriesCommand command, CancellationToken cancellationToken) =>
        await webhooks.PruneAsync(clock.GetUtcNow() - TimeSpan.FromDays(options.Value.RetentionDays), cancellationToken);
}
