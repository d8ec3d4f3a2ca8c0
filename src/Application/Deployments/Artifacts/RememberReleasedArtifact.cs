using Libra.Deploy.Application.Common;
using Libra.Deploy.Domain.Deployments;
using MediatR;

namespace Libra.Deploy.Application.Deployments.Artifacts;

/// <summary>Leaves the digest of an artifact behind that its deployment lets go: what nothing names is never removed.</summary>
internal sealed class RememberReleasedArtifact(IReleasedArtifacts released)
    : INotificationHandler<DomainEventNotification<ArtifactReleased>>
{
    public Task Handle(DomainEventNotification<ArtifactReleased> notification, CancellationToken cancellationToken)
    {
        var artifact = notification.Event;
        released.Add(artifact.Digest, artifact.ProjectId, artifact.Size);
        return Task.CompletedTask;
    }
}
