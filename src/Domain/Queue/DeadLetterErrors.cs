using ErrorOr;
using Libra.Deploy.Domain.Deployments;

namespace Libra.Deploy.Domain.Queue;

/// <summary>Every refusal of the Queue module; codes are those of docs/api.md.</summary>
public static class DeadLetterErrors
{
    public static Error NotFound(string id) =>
        Error.NotFound("NOT_FOUND", $"Dead letter {id} does not exist or you do not have access to it.");

    public static Error AlreadyResolved(DeadLetterId id, ResolutionAction action) =>
        Error.Conflict("INVALID_STATE", $"Dead letter {id} is already {action.ToString().ToLowerInvariant()}.");

    public static Error NothingToReplay(DeadLetterId id) =>
        Error.Conflict("INVALID_STATE", $"Dead letter {id} holds a message that names no deployment: it can only be discarded.");

    public static Error Superseded(DeadLetterId id, DeploymentId ended) => Error.Conflict(
        "INVALID_STATE",
        $"Dead letter {id} is superseded: its project was deployed again after {ended}. "
        + "Replay it alone to put its source live all the same.");

    public static Error DeploymentGone(DeadLetterId id) =>
        Error.Conflict("INVALID_STATE", $"Dead letter {id} cannot be replayed: its deployment is no longer stored.");
}
