using ErrorOr;
using Libra.Deploy.Domain.Deployments;

namespace Libra.Deploy.Application.Deployments.Pipeline;

/// <summary>How an attempt ended in the hands of one worker.</summary>
public enum AttemptOutcome
{
    /// <summary>Nothing to do: not due, held by another worker, or ended already.</summary>
    NotClaimed,
    Completed,
    /// <summary>Ended by the user's doing; no retry and no dead letter.</summary>
    Failed,
    /// <summary>The next attempt is due at <see cref="AttemptResult.DueAt"/>.</summary>
    RetryLater,
    /// <summary>Out of attempts or of time.</summary>
    DeadLettered,
    Cancelled,
    /// <summary>This node is shutting down, or could not open the log; another goes on.</summary>
    HandedOver,
    /// <summary>Another worker has taken it over.</summary>
    LeaseLost,
    /// <summary>There is no such deployment.</summary>
    Unknown,
}

/// <summary>How it ended, and when the next attempt is due.</summary>
public sealed record AttemptResult(AttemptOutcome Outcome, DateTimeOffset? DueAt = null, string? Message = null)
{
    /// <summary>The journal refused what the worker was about to write.</summary>
    internal static AttemptResult Refused(Error error) => new(
        error switch
        {
            { Type: ErrorType.NotFound } => AttemptOutcome.Unknown,
            { Code: DeploymentErrors.LeaseLost } => AttemptOutcome.LeaseLost,
            _ => AttemptOutcome.NotClaimed,
        },
        Message: error.Description);
}
