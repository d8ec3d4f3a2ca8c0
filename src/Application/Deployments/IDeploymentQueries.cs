using Libra.Deploy.Domain.Deployments;

namespace Libra.Deploy.Application.Deployments;

/// <summary>Reads deployments for those who watch, without loading aggregates.</summary>
public interface IDeploymentQueries
{
    /// <summary>Null when there is none.</summary>
    Task<DeploymentView?> FindAsync(DeploymentId id, CancellationToken cancellationToken);

    /// <summary>Newest first, at most <see cref="DeploymentFilter.Limit"/>; cost does not grow with history.</summary>
    Task<DeploymentPage> ListAsync(DeploymentFilter filter, CancellationToken cancellationToken);

    /// <summary>Those that have not ended, oldest first.</summary>
    /// <param name="organizations">Null means all.</param>
    Task<IReadOnlyList<DeploymentView>> ListActiveAsync(
        IReadOnlyCollection<string>? organizations, int limit, CancellationToken cancellationToken);
}

/// <summary>A deployment as clients see it.</summary>
public sealed record DeploymentView
{
    public required DeploymentId Id { get; init; }
    public required string ProjectId { get; init; }
    public required string OrganizationId { get; init; }
    public required string UserId { get; init; }
    public required DeploymentStatus Status { get; init; }
    public required int Progress { get; init; }
    public required int Attempt { get; init; }
    public required int MaxAttempts { get; init; }
    public required IReadOnlyList<StepRun> Journal { get; init; }
    public required DateTimeOffset CreatedAt { get; init; }
    public DateTimeOffset? StartedAt { get; init; }
    public DateTimeOffset? CompletedAt { get; init; }
    public DateTimeOffset DueAt { get; init; }
    public DateTimeOffset? CancelRequestedAt { get; init; }
    public string? WorkerUrl { get; init; }
    public string? CustomDomain { get; init; }
    public string? ArtifactDigest { get; init; }
    public long? ArtifactSize { get; init; }
    public bool ArtifactReused { get; init; }
    public DeploymentFailure? Failure { get; init; }
    public DeploymentId? PredecessorId { get; init; }
    public string? RequestId { get; init; }

    /// <summary>The step that runs now; null when none does.</summary>
    public DeploymentStep? CurrentStep => Journal.LastOrDefault(run => run.Attempt == Attempt && run.Status == StepStatus.InProgress)?.Step;

    /// <summary>A sentence for a person who waits.</summary>
    public string Stage => Status switch
    {
        DeploymentStatus.Pending when Attempt > 0 => "Waiting for the next attempt",
        DeploymentStatus.Pending => "Waiting for a free slot",
        DeploymentStatus.Completed => "Live",
        DeploymentStatus.Failed => "Failed",
        DeploymentStatus.Cancelled => "Cancelled",
        _ when CancelRequestedAt is not null => "Stopping",
        _ => (CurrentStep ?? DeploymentStep.Validation).Stage(),
    };
}

/// <summary>Which deployments to list; null leaves a part open.</summary>
/// <param name="Organizations">Null means all.</param>
/// <param name="Cursor">Continue behind this one.</param>
/// <param name="Text">The start of a deployment's id, or a project's whole id.</param>
public sealed record DeploymentFilter(
    IReadOnlyCollection<string>? Organizations,
    int Limit,
    DeploymentCursor? Cursor = null,
    DeploymentStatus? Status = null,
    string? ProjectId = null,
    string? UserId = null,
    DateTimeOffset? Since = null,
    DateTimeOffset? Until = null,
    string? Text = null);

/// <summary>Place in a list ordered by time and id.</summary>
public sealed record DeploymentCursor(DateTimeOffset CreatedAt, DeploymentId Id);

/// <summary>A page of a list.</summary>
/// <param name="Next">Null on the last page.</param>
public sealed record DeploymentPage(IReadOnlyList<DeploymentView> Deployments, DeploymentCursor? Next);
