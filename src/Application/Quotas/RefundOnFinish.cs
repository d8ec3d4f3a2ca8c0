using Libra.Deploy.Application.Common;
using Libra.Deploy.Domain.Deployments;
using MediatR;

namespace Libra.Deploy.Application.Quotas;

/// <summary>Gives the charge of a deployment back when it ended for no reason of the user's, in the transaction that ended it.</summary>
internal sealed class RefundOnFinish(IQuotaLedger ledger) : INotificationHandler<DomainEventNotification<DeploymentFinished>>
{
    public Task Handle(DomainEventNotification<DeploymentFinished> notification, CancellationToken cancellationToken) =>
        notification.Event.Refundable ? ledger.RefundAsync(notification.Event.Id, cancellationToken) : Task.CompletedTask;
}
