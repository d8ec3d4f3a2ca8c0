using Libra.Deploy.Application.Common;
using Libra.Deploy.Domain.Deployments;
using MediatR;

namespace Libra.Deploy.Application.Deployments.Artifacts;

/// <summary>
/// Makes the transaction that takes an artifact up wait for a cleanup that deletes it at this moment, and the other way round.
/// </summary>
internal sealed class HoldTakenArtifact(IArtifactLocks locks) : INotificationHandler<DomainEventNotification<ArtifactTaken>>
{
    public Task Handle(DomainEventNotification<ArtifactTaken> notification, CancellationToken cancellationToken) =>
        locks.HoldAsync(notification.Event.Digest, cancellationToken);
}
