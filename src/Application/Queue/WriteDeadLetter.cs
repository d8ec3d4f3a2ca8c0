using Libra.Deploy.Application.Common;
using Libra.Deploy.Application.Deployments;
using Libra.Deploy.Domain.Deployments;
using Libra.Deploy.Domain.Queue;
using MediatR;

namespace Libra.Deploy.Application.Queue;

/// <summary>
/// Keeps a deployment that will not be tried again, in the transaction that ended it: a worker that dies meanwhile leaves neither,
/// and whoever takes over writes both.
/// </summary>
internal sealed class WriteDeadLetter(
    IDeploymentRepository deployments, IDeadLetterRepository letters, IDeploymentQueue queue, TimeProvider clock)
    : INotificationHandler<DomainEventNotification<DeploymentDeadLettered>>
{
    public async Task Handle(DomainEventNotification<DeploymentDeadLettered> notification, CancellationToken cancellationToken)
    {
        var ended = notification.Event;
        var deployment = await deployments.FindAsync(ended.Id, cancellationToken)
            ?? throw new InvalidOperationException($"Deployment {ended.Id} was dead-lettered and is not stored.");
        letters.Add(DeadLetter.Of(deployment, ended.Reason, queue.Name, clock.GetUtcNow()));
    }
}
