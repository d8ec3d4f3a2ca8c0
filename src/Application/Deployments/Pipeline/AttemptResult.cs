using ErrorOr;
using Libra.Deploy.Domain.Deployments;

namespace Libra.Deploy.Application.Deployments.Pipeline;

/// <summary>How a worker's run of a deployment ended.</summary>
public enum RunOutcome
{
    /// <summary>Nothing to do: not due, held by another worker, or ended already.</summary>
    NotClaimed,
    Completed,
    /// <summary>Ended by the user's doing; no retry and no dead letter.</summary>
    Failed,
    /// <summary>The next attempt is due at <see cref="RunResult.DueAt"/>.</summary>
    RetryLater,
    /// <summary>Out of attempts or of time.</summary>
    DeadLettered,
    Cancelled,
    /// <summary>This node is shutting down; another goes on.</summary>
    HandedOver,
    /// <summary>Another worker has taken it over.</summary>
    LeaseLost,
    /// <summary>There is no such deployment.</summary>
    Unknown,
}

/// <summary>How a run ended, and when the next one is due.</summary>
public sealed record RunResult(RunOutcome Outcome, DateTimeOffset? DueAt = null, string? Message = null)
{
    /// <summary>The journal refused what the worker was about to write.</summary>
    internal static RunResult Refused(Error error) => new(
        error switch
        {
            { Type: ErrorType.NotFound } => RunOutcome.Unknown,
            { Code: DeploymentErrors.LeaseLost } => RunOutcome.LeaseLost,
            _ => RunOutcome.NotClaimed,
        },
        Message: error.Description);
}
