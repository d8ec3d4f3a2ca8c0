using System.ComponentModel.DataAnnotations;
using System.Text.Json.Serialization;
using Libra.Deploy.Application.Queue;
using Libra.Deploy.Domain.Queue;

namespace Libra.Deploy.WebApi.Queue;

/// <summary>Answer of <c>GET /status/queue</c>.</summary>
public sealed record QueueStatusResponse(
    bool Success, QueueFiguresResponse Queue, DeadLetterQueueResponse DeadLetter, DateTimeOffset Timestamp);

/// <summary>Figures of the queue, as far as the caller may see; durations are milliseconds.</summary>
/// <param name="Workers">The nodes alive; empty for callers that do not see all organizations.</param>
public sealed record QueueFiguresResponse(
    string Name,
    long Enqueued,
    long Scheduled,
    long Processing,
    long Succeeded,
    long Failed,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.Never)] long? OldestWaitingMs,
    IReadOnlyList<WorkerNode> Workers,
    int MaxConcurrentDeployments,
    int MaxBatchSize,
    long MaxBatchTimeout,
    int MaxRetries,
    double ThroughputPerMinute);

/// <summary>The dead letters that wait for an operator.</summary>
public sealed record DeadLetterQueueResponse(
    string Name, long Count, [property: JsonIgnore(Condition = JsonIgnoreCondition.Never)] DateTimeOffset? Oldest);

/// <summary>Answer of <c>GET /status/queue/dead-letters</c>.</summary>
public sealed record DeadLetterListResponse(
    bool Success, IReadOnlyList<DeadLetterResponse> DeadLetters,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.Never)] string? NextCursor);

/// <summary>A dead letter in full.</summary>
public sealed record DeadLetterResponse(
    Guid Id,
    string? DeploymentId,
    string? ProjectId,
    string? OrganizationId,
    string Reason,
    string OriginalQueue,
    string FinalError,
    int TotalRetries,
    IReadOnlyList<FailedAttempt> RetryHistory,
    DeadLetterMessage Message,
    DateTimeOffset CreatedAt,
    ResolutionResponse? Resolution);

/// <summary>The body of a replay or a discard, for its description; the whole may be missing.</summary>
/// <param name="Note">Why, for whoever reads the dead letter later.</param>
public sealed record NoteBody([property: MaxLength(DeadLetter.LongestNote)] string? Note = null);

/// <summary>The body of <c>POST /status/queue/dead-letters/replay</c>, for its description.</summary>
/// <param name="Limit">How many to deploy again at most, newest first; those that are refused on the way are in the answer as well.</param>
public sealed record BulkReplayBody(
    [property: Range(1, 100)] int? Limit = null, string? Reason = null, string? OrgId = null,
    [property: MaxLength(DeadLetter.LongestNote)] string? Note = null);

/// <summary>What an operator did about it.</summary>
public sealed record ResolutionResponse(ResolutionAction Action, string By, DateTimeOffset At, string? Note, string? ReplayId);

/// <summary>Answer of <c>POST /status/queue/dead-letters/replay</c>.</summary>
/// <param name="Success">True when every one of them was accepted.</param>
public sealed record BulkReplayResponse(bool Success, int Replayed, IReadOnlyList<BulkReplayItem> Results);

/// <summary>What became of one dead letter.</summary>
/// <param name="ReplayId">The new deployment.</param>
public sealed record BulkReplayItem(
    Guid Id, bool Success, string? DeploymentId, string? ReplayId, string? Error, string? Code, string? Message, object? Details = null,
    int? RetryAfter = null);
