using Libra.Deploy.Application.Common;
using Libra.Deploy.Application.Telemetry;
using Libra.Deploy.Domain.Deployments;
using MediatR;

namespace Libra.Deploy.Application.Deployments.Figures;

/// <summary>Adds an ended deployment to the totals in the transaction that ended it, so that nobody ever has to count history.</summary>
/// <remarks>The metric is counted just before the commit: a commit that fails after everything was saved counts one too many.</remarks>
internal sealed class CountFinishedDeployment(IDeploymentFigures figures)
    : INotificationHandler<DomainEventNotification<DeploymentFinished>>
{
    public Task Handle(DomainEventNotification<DeploymentFinished> notification, CancellationToken cancellationToken)
    {
        var finished = notification.Event;
        figures.Count(finished.OrganizationId, finished.Status);
        DeploymentMetrics.DeploymentEnded(finished.Status, finished.Category, finished.Duration);
        return Task.CompletedTask;
    }
}
