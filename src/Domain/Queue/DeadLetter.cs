using ErrorOr;
using Libra.Deploy.Domain.Deployments;

namespace Libra.Deploy.Domain.Queue;

/// <summary>
/// A deployment that will not be tried again by itself, or a message that names none, kept with its reason until an operator
/// replays or discards it. It holds all that it shows, so it outlives the deployment's own rows.
/// </summary>
public sealed class DeadLetter
{
    /// <summary>Characters of the note with which an operator settles one.</summary>
    public const int LongestNote = 500;

    private DeadLetter()
    {
        Reason = OriginalQueue = FinalError = string.Empty;
        RetryHistory = [];
        Message = new DeadLetterMessage();
    }

    public DeadLetterId Id { get; private set; }

    /// <summary>Null when the message names no deployment.</summary>
    public DeploymentId? DeploymentId { get; private set; }

    public string? ProjectId { get; private set; }

    public string? OrganizationId { get; private set; }

    /// <summary>One of <see cref="DeadLetterReasons"/>.</summary>
    public string Reason { get; private set; }

    /// <summary>The queue that it came from.</summary>
    public string OriginalQueue { get; private set; }

    /// <summary>What ended it: a code and a sentence.</summary>
    public string FinalError { get; private set; }

    /// <summary>Attempts after the first.</summary>
    public int TotalRetries { get; private set; }

    /// <summary>Every failure of every attempt, oldest first.</summary>
    public IReadOnlyList<FailedAttempt> RetryHistory { get; private set; }

    public DeadLetterMessage Message { get; private set; }

    /// <summary>The queue's own name for the message that it shows as failed; null until the two are matched.</summary>
    public string? MessageKey { get; private set; }

    public DateTimeOffset CreatedAt { get; private set; }

    /// <summary>Null while it waits for an operator.</summary>
    public Resolution? Resolution { get; private set; }

    /// <summary>Keeps a deployment that has just ended.</summary>
    public static DeadLetter Of(Deployment deployment, string reason, string queue, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(deployment);
        return new DeadLetter
        {
            Id = DeadLetterId.New(now),
            DeploymentId = deployment.Id,
            ProjectId = deployment.ProjectId,
            OrganizationId = deployment.OrganizationId,
            Reason = reason,
            OriginalQueue = queue,
            FinalError = deployment.Failure is { } failure ? $"{failure.Code}: {failure.Message}" : reason,
            TotalRetries = Math.Max(0, deployment.Attempt - 1),
            RetryHistory = HistoryOf(deployment, now),
            Message = DeadLetterMessage.Of(deployment),
            CreatedAt = now,
        };
    }

    /// <summary>Keeps a message of the queue that cannot be read, or whose deployment does not exist.</summary>
    public static DeadLetter OfInvalidMessage(string key, string content, string error, string queue, DateTimeOffset now) => new()
    {
        Id = DeadLetterId.New(now),
        Reason = DeadLetterReasons.InvalidMessage,
        OriginalQueue = queue,
        FinalError = error,
        RetryHistory = [new FailedAttempt(now, 1, null, DeadLetterReasons.InvalidMessage, error)],
        Message = new DeadLetterMessage { Content = content },
        MessageKey = key,
        CreatedAt = now,
    };

    /// <summary>Refuses when somebody has replayed or discarded it already.</summary>
    public ErrorOr<Success> CheckOpen() => Resolution is { } done ? DeadLetterErrors.AlreadyResolved(Id, done.Action) : Result.Success;

    /// <summary>A new deployment of the same was accepted in its place.</summary>
    public ErrorOr<Success> Replay(DeploymentId replay, string by, string? note, DateTimeOffset now)
    {
        if (CheckOpen() is { IsError: true } refused) return refused;
        if (DeploymentId is null) return DeadLetterErrors.NothingToReplay(Id);

        Resolution = new Resolution(ResolutionAction.Replayed, by, now, note, replay);
        return Result.Success;
    }

    /// <summary>Nothing more is to be done about it.</summary>
    public ErrorOr<Success> Discard(string by, string? note, DateTimeOffset now)
    {
        if (CheckOpen() is { IsError: true } refused) return refused;

        Resolution = new Resolution(ResolutionAction.Discarded, by, now, note, null);
        return Result.Success;
    }

    private static List<FailedAttempt> HistoryOf(Deployment deployment, DateTimeOffset now)
    {
        var history = deployment.Journal
            .Where(run => run.ErrorCode is not null)
            .OrderBy(run => run.Attempt).ThenBy(run => run.CompletedAt)
            .Select(
                run => new FailedAttempt(
                    run.CompletedAt ?? now, run.Attempt, run.Step.WireName(), run.ErrorCode!, run.Error ?? string.Empty))
            .ToList();

        // What ends a deployment outside any step has no line in the journal.
        if (deployment.Failure is { } failure && !history.Exists(failed => failed.Attempt == deployment.Attempt))
            history.Add(new FailedAttempt(now, deployment.Attempt, failure.Step?.WireName(), failure.Code, failure.Message));
        return history;
    }
}

/// <summary>One failure on the way to the dead letter.</summary>
/// <param name="Step">Null when it happened outside any step.</param>
public sealed record FailedAttempt(DateTimeOffset At, int Attempt, string? Step, string Code, string Message);

/// <summary>What an operator did about a dead letter.</summary>
public enum ResolutionAction
{
    Replayed,
    Discarded,
}

/// <summary>How a dead letter was settled.</summary>
/// <param name="By">The caller's name as the log shows it.</param>
/// <param name="ReplayId">The deployment that took its place; null when it was discarded.</param>
public sealed record Resolution(ResolutionAction Action, string By, DateTimeOffset At, string? Note, DeploymentId? ReplayId);
