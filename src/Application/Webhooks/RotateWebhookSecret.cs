using ErrorOr;
using Libra.Deploy.Application.Common;
using Libra.Deploy.Domain.Webhooks;
using MediatR;

namespace Libra.Deploy.Application.Webhooks;

/// <summary>
/// Gives a webhook another secret; the one before stays good for a day. The answer is the only one that holds the new one.
/// </summary>
public sealed record RotateWebhookSecretCommand(string OrganizationId, WebhookId Id) : IRequest<ErrorOr<CreatedWebhook>>, ITransactional;

internal sealed class RotateWebhookSecretHandler(IWebhookRepository webhooks, IUnitOfWork work, TimeProvider clock)
    : IRequestHandler<RotateWebhookSecretCommand, ErrorOr<CreatedWebhook>>
{
    public async Task<ErrorOr<CreatedWebhook>> Handle(RotateWebhookSecretCommand command, CancellationToken cancellationToken)
    {
        var webhook = await webhooks.FindForUpdateAsync(command.OrganizationId, command.Id, cancellationToken);
        if (webhook is null) return WebhookErrors.NotFound(command.Id.ToString());

        var secret = WebhookSecret.New();
        webhook.RotateSecret(secret, clock.GetUtcNow());
        await work.CommitAsync(cancellationToken);
        return new CreatedWebhook(WebhookView.Of(webhook), secret);
    }
}
