using Libra.Deploy.Application.Queue;
using Libra.Deploy.Domain.Queue;
using Libra.Deploy.WebApi.Http;

namespace Libra.Deploy.WebApi.Queue;

/// <summary>Turns what the application knows of the queue into what clients read.</summary>
internal static class QueueMapping
{
    public static QueueStatusResponse ToResponse(this QueueStatus status, DateTimeOffset now) => new(
        true,
        new QueueFiguresResponse(
            status.Name, status.Enqueued, status.Scheduled, status.Processing, status.Succeeded, status.Failed,
            status.OldestWaiting is { } oldest ? (long)oldest.TotalMilliseconds : null,
            status.Workers,
            status.Limits.MaxConcurrentDeployments, status.Limits.MaxBatchSize, (long)status.Limits.MaxBatchTimeout.TotalMilliseconds,
            status.Limits.MaxRetries,
            status.ThroughputPerMinute),
        new DeadLetterQueueResponse(status.DeadLetters.Name, status.DeadLetters.Count, status.DeadLetters.Oldest),
        now);

    public static DeadLetterResponse ToResponse(this DeadLetter letter) => new(
        letter.Id.Value, letter.DeploymentId?.Value, letter.ProjectId, letter.OrganizationId, letter.Reason, letter.OriginalQueue,
        letter.FinalError,
        letter.TotalRetries, letter.RetryHistory, letter.Message, letter.CreatedAt,
        letter.Resolution is { } done ? new ResolutionResponse(done.Action, done.By, done.At, done.Note, done.ReplayId?.Value) : null);

    public static BulkReplayResponse ToResponse(this IReadOnlyList<ReplayOutcome> outcomes)
    {
        var items = outcomes.Select(ToItem).ToList();
        return new BulkReplayResponse(items.TrueForAll(item => item.Success), items.Count(item => item.Success), items);
    }

    private static BulkReplayItem ToItem(ReplayOutcome outcome)
    {
        var (id, deployment) = (outcome.Letter.Id.Value, outcome.Letter.DeploymentId?.Value);
        if (!outcome.Result.IsError) return new BulkReplayItem(id, true, deployment, outcome.Result.Value.Id.Value, null, null, null);

        var problem = outcome.Result.Errors.ToProblem();
        return new BulkReplayItem(
            id, false, deployment, null, problem.Error, problem.Code, problem.Message, problem.Details, problem.RetrySeconds);
    }
}
