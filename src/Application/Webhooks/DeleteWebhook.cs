using ErrorOr;
using Libra.Deploy.Application.Common;
using Libra.Deploy.Domain.Webhooks;
using MediatR;

namespace Libra.Deploy.Application.Webhooks;

/// <summary>Removes a webhook, what it still has to be told, and the log of what it was told.</summary>
public sealed record DeleteWebhookCommand(string OrganizationId, WebhookId Id) : IRequest<ErrorOr<Success>>, ITransactional;

internal sealed class DeleteWebhookHandler(IWebhookRepository webhooks, IUnitOfWork work)
    : IRequestHandler<DeleteWebhookCommand, ErrorOr<Success>>
{
    public async Task<ErrorOr<Success>> Handle(DeleteWebhookCommand command, CancellationToken cancellationToken)
    {
        var webhook = await webhooks.FindForUpdateAsync(command.OrganizationId, command.Id, cancellationToken);
        if (webhook is null) return WebhookErrors.NotFound(command.Id.ToString());

        webhooks.Remove(webhook);
        await work.CommitAsync(cancellationToken);
        return Result.Success;
    }
}
