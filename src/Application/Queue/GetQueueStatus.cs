using ErrorOr;
using Libra.Deploy.Application.Common;
using MediatR;

namespace Libra.Deploy.Application.Queue;

/// <summary>Shows the state of the queue, as far as the caller may see.</summary>
public sealed record GetQueueStatusQuery(OrganizationFilter Caller) : IRequest<ErrorOr<QueueStatus>>;

/// <summary>Reads the figures of the queue.</summary>
public interface IQueueFigures
{
    /// <summary>Everything at once; its cost grows with what is active and with the number of organizations, never with history.</summary>
    /// <param name="visible">Whose deployments and dead letters count.</param>
    Task<QueueStatus> ReadAsync(OrganizationFilter visible, CancellationToken cancellationToken);
}

/// <summary>Figures of the queue, of its workers and of its dead letters.</summary>
/// <param name="Enqueued">Deployments that wait for a slot.</param>
/// <param name="Scheduled">Deployments that wait for the time of their next attempt.</param>
/// <param name="Succeeded">Deployments that completed since the beginning.</param>
/// <param name="Failed">Deployments that failed since the beginning.</param>
/// <param name="OldestWaiting">Null when none waits for a slot.</param>
/// <param name="Workers">Those alive; none for who sees only some organizations, because their load is that of all.</param>
/// <param name="ThroughputPerMinute">Deployments that ended within the last five minutes, a minute.</param>
public sealed record QueueStatus(
    string Name,
    long Enqueued,
    long Scheduled,
    long Processing,
    long Succeeded,
    long Failed,
    TimeSpan? OldestWaiting,
    IReadOnlyList<WorkerNode> Workers,
    QueueLimits Limits,
    double ThroughputPerMinute,
    DeadLetterQueue DeadLetters);

/// <summary>A node that runs deployments.</summary>
/// <param name="Busy">Slots in which a deployment runs.</param>
public sealed record WorkerNode(string Node, int Slots, int Busy, DateTimeOffset LastHeartbeat);

/// <summary>The numbers that bound this node.</summary>
public sealed record QueueLimits(int MaxConcurrentDeployments, int MaxBatchSize, TimeSpan MaxBatchTimeout, int MaxRetries);

/// <summary>Dead letters that wait for an operator.</summary>
/// <param name="Oldest">Null when there is none.</param>
public sealed record DeadLetterQueue(string Name, long Count, DateTimeOffset? Oldest);

internal sealed class GetQueueStatusHandler(IQueueFigures figures) : IRequestHandler<GetQueueStatusQuery, ErrorOr<QueueStatus>>
{
    public async Task<ErrorOr<QueueStatus>> Handle(GetQueueStatusQuery query, CancellationToken cancellationToken) =>
        await figures.ReadAsync(query.Caller, cancellationToken);
}
