using Libra.Deploy.Domain.Deployments;

namespace Libra.Deploy.Application.Deployments;

/// <summary>Knows the order in which waiting deployments start.</summary>
public interface IQueuePlaces
{
    /// <summary>How many start before this one, and what it waits for; null when it does not wait.</summary>
    Task<QueuePlace?> FindAsync(DeploymentId id, CancellationToken cancellationToken);
}

/// <summary>Where a waiting deployment stands.</summary>
/// <param name="Position">1 is next.</param>
/// <param name="WaitingFor"><c>slot</c>, <c>retry</c> or <c>organization</c> (its own cap).</param>
public sealed record QueuePlace(int Position, string WaitingFor);
