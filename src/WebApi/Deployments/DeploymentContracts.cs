using System.Text.Json.Serialization;
using ErrorOr;
using Libra.Deploy.Application.Deployments;
using Libra.Deploy.Application.Projects;
using Libra.Deploy.Domain.Deployments;
using Libra.Deploy.WebApi.Http;

namespace Libra.Deploy.WebApi.Deployments;

/// <summary>Answer of <c>POST /deploy</c>, for clients of both old services in one.</summary>
public sealed record DeployResponse(
    bool Success, string DeploymentId, string Id, string Status, string Message, DeployDetails Details, DateTimeOffset Timestamp)
{
    public static DeployResponse For(AcceptedDeployment accepted) => new(
        true, accepted.Id.Value, accepted.Id.Value, "queued", "Deployment initiated successfully", new DeployDetails("queued"),
        accepted.At);
}

/// <summary>The part of the answer that V1 clients read.</summary>
public sealed record DeployDetails(string Status);

/// <summary>Answer of <c>POST /deploy/{id}/cancel</c>.</summary>
public sealed record CancelResponse(bool Success, string Status);

/// <summary>How a deployment stands, in full.</summary>
public sealed record DeploymentStatusResponse
{
    public required bool Success { get; init; }
    public required string DeploymentId { get; init; }
    public required string ProjectId { get; init; }
    public required string OrganizationId { get; init; }
    public required string Status { get; init; }
    public required int Progress { get; init; }
    public required string Stage { get; init; }
    public string? CurrentStep { get; init; }
    public required int Attempt { get; init; }
    public required int MaxAttempts { get; init; }
    public required IReadOnlyDictionary<string, StepResponse> Steps { get; init; }
    public required DateTimeOffset CreatedAt { get; init; }
    public DateTimeOffset? StartedAt { get; init; }
    public DateTimeOffset? CompletedAt { get; init; }

    /// <summary>Milliseconds from the first start to the end, or until now.</summary>
    public long? Duration { get; init; }

    public string? WorkerUrl { get; init; }
    public string? CustomDomain { get; init; }

    /// <summary>How the custom domain stands and what its owner has to publish.</summary>
    public CustomDomainView? CustomDomainDetails { get; init; }

    public ArtifactResponse? Artifact { get; init; }
    public QueueResponse? Queue { get; init; }
    public ErrorResponse? Error { get; init; }

    /// <summary>The deployment that this one retries, rolls back to, or replays.</summary>
    public string? PredecessorId { get; init; }

    public required DateTimeOffset Timestamp { get; init; }
}

/// <summary>How a step stands.</summary>
/// <param name="Duration">Milliseconds.</param>
/// <param name="Attempts">How often it was started.</param>
public sealed record StepResponse(
    string Status, DateTimeOffset? StartedAt, DateTimeOffset? CompletedAt, long? Duration, int Attempts, string? Error, string? Reason);

/// <summary>The artifact that went, or will go, live.</summary>
public sealed record ArtifactResponse(string Digest, long Size, bool Reused);

/// <summary>Why a deployment waits.</summary>
public sealed record QueueResponse(int Position, string WaitingFor);

/// <summary>Why a deployment, or its last attempt, failed.</summary>
public sealed record ErrorResponse(
    string Code, string Category, string? Step, string Message, IReadOnlyList<string> Excerpt, bool Retryable, string? Hint);

/// <summary>A page of a deployment's log.</summary>
public sealed record LogsResponse(
    bool Success,
    string DeploymentId,
    IReadOnlyList<LogEntryResponse> Entries,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.Never)] long? NextCursor,
    bool Complete);

/// <summary>One line of a log.</summary>
public sealed record LogEntryResponse(
    long Seq, DateTimeOffset Timestamp, string Level, string? Step, string Stream, string Message, int Attempt);

/// <summary>Answer of <c>POST /deploy/batch</c>.</summary>
/// <param name="Success">True when all were accepted.</param>
public sealed record BatchResponse(bool Success, IReadOnlyList<BatchResult> Results);

/// <summary>What became of one deployment of a batch; of a refused one, what it would have been told alone.</summary>
public sealed record BatchResult(
    int Index, bool Success, string? DeploymentId, string? Error, string? Code, string? Message, object? Details = null,
    int? RetryAfter = null)
{
    internal static BatchResult Of(int index, ErrorOr<AcceptedDeployment> accepted)
    {
        if (!accepted.IsError) return new BatchResult(index, true, accepted.Value.Id.Value, null, null, null);

        var problem = accepted.Errors.ToProblem();
        return new BatchResult(
            index, false, null, problem.Error, problem.Code, problem.Message, problem.Details, problem.RetrySeconds);
    }
}
