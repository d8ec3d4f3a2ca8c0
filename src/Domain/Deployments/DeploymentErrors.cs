using ErrorOr;

namespace Libra.Deploy.Domain.Deployments;

/// <summary>Every refusal of the Deployments module; codes are those of docs/api.md.</summary>
public static class DeploymentErrors
{
    /// <summary>Another worker goes on; whoever reads this stops and writes nothing.</summary>
    public const string LeaseLost = "LEASE_LOST";

    public static Error NotFound(string id) =>
        Error.NotFound("NOT_FOUND", $"Deployment {id} does not exist or you do not have access to it.");

    public static Error NoArtifact(DeploymentId id) => Error.NotFound("NOT_FOUND", $"Deployment {id} has no stored artifact.");

    public static Error NoResult(DeploymentId id) =>
        Error.NotFound("NOT_FOUND", $"Deployment {id} has not ended, so it has no result yet.");

    public static Error InProgress(string projectStatus, string? activeDeploymentId) => Error.Conflict(
        "DEPLOYMENT_IN_PROGRESS",
        $"Cannot start new deployment. Project is currently in '{projectStatus}' state. "
        + "Please wait for the current deployment to complete.",
        activeDeploymentId is null ? null : new Dictionary<string, object> { ["deploymentId"] = activeDeploymentId });

    public static Error AlreadyFinished(DeploymentId id, DeploymentStatus status) =>
        Error.Conflict("INVALID_STATE", $"Deployment {id} is already {status.WireName()}.");

    public static Error NotRunning(DeploymentId id, DeploymentStatus status) =>
        Error.Conflict("INVALID_STATE", $"Deployment {id} is not running: it is {status.WireName()}.");

    public static Error NotClaimable(DeploymentId id) =>
        Error.Conflict("INVALID_STATE", $"Deployment {id} is held by another worker or not due yet.");

    public static Error StaleLease(DeploymentId id, long token) =>
        Error.Conflict(LeaseLost, $"Deployment {id} was taken over by another worker: lease {token} no longer holds.");

    public static Error StepOutOfOrder(DeploymentId id, DeploymentStep step) =>
        Error.Conflict("INVALID_STATE", $"Step {step.WireName()} does not fit the state of deployment {id}.");

    public static Error CleanupRunning => Error.Conflict("INVALID_STATE", "Another cleanup is under way; wait for its end.");

    public static Error NotRollbackable(DeploymentId id, string why) =>
        Error.Conflict("INVALID_STATE", $"Deployment {id} cannot be rolled back to: {why}");

    public static Error SourceGone(DeploymentId id) => Error.Conflict(
        "INVALID_STATE", $"The source that came with deployment {id} is no longer stored: deploy again and send it.");

    public static Error NotRetryable(DeploymentId id, DeploymentStatus status) =>
        Error.Conflict("INVALID_STATE", $"Deployment {id} is {status.WireName()}: only a failed or cancelled deployment can be retried.");
}
