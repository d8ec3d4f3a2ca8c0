using Libra.Deploy.Application.Common;
using Libra.Deploy.Domain.Deployments;
using Libra.Deploy.Domain.Projects;
using MediatR;

namespace Libra.Deploy.Application.Deployments;

/// <summary>Keeps the project's row in step with its newest deployment, in the transaction that moved the deployment.</summary>
internal sealed class TrackProjectStatus(IProjectRepository projects, IDeploymentRepository deployments)
    : INotificationHandler<DomainEventNotification<DeploymentStatusChanged>>
{
    public async Task Handle(DomainEventNotification<DeploymentStatusChanged> notification, CancellationToken cancellationToken)
    {
        var change = notification.Event;
        var live = change.Status == DeploymentStatus.Cancelled
            && await deployments.FindLiveAsync(change.ProjectId, cancellationToken) is not null;
        projects.RecordDeployment(
            change.ProjectId,
            change.Id.Value,
            ProjectStatuses.For(change.Status, live),
            change.Status == DeploymentStatus.Completed ? change.WorkerUrl : null,
            starting: false);
    }
}
