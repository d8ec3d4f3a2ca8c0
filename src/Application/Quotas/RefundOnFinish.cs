using Libra.Deploy.Application.Common;
using Libra.Deploy.Domain.Deployments;
using MediatR;

namespace Libra.Deploy.Application.Quotas;

/// <summary>Gives the charge of a deployment back when it ended for no reason of the user's, in the transaction that ended it.</summary>
internal sealed class RefundOnFinish(IQuotaLedger ledger) : INotificationHandler<DomainEventNotification<DeploymentFinished>>
{
    public Task Handle(DomainEventNotification<DeploymentFinished> notification, CancellationToken cancellationToken)
    {
        if (notification.Event.Refundable) ledger.Refund(notification.Event.Id);
        return Task.CompletedTask;
    }
}
