namespace Libra.Deploy.Domain.Deployments;

/// <summary>Where a deployment is in its life. The wire names (<c>creating_sandbox</c>) are frozen by docs/api.md.</summary>
public enum DeploymentStatus
{
    /// <summary>Accepted and waiting, for its first attempt or for the next one.</summary>
    Pending,
    Validating,
    CreatingSandbox,
    SyncingFiles,
    Building,
    Deploying,
    UpdatingDatabase,
    /// <summary>Live, and proved to be.</summary>
    Completed,
    Failed,
    Cancelled,
}

/// <summary>Facts about each status.</summary>
public static class DeploymentStatuses
{
    /// <summary>True for the three states that never change again.</summary>
    public static bool IsTerminal(this DeploymentStatus status) =>
        status is DeploymentStatus.Completed or DeploymentStatus.Failed or DeploymentStatus.Cancelled;

    /// <summary>True while an attempt is under way.</summary>
    public static bool IsRunning(this DeploymentStatus status) => !status.IsTerminal() && status != DeploymentStatus.Pending;

    /// <summary>The name that clients and tables see.</summary>
    public static string WireName(this DeploymentStatus status) => status switch
    {
        DeploymentStatus.Pending => "pending",
        DeploymentStatus.Validating => "validating",
        DeploymentStatus.CreatingSandbox => "creating_sandbox",
        DeploymentStatus.SyncingFiles => "syncing_files",
        DeploymentStatus.Building => "building",
        DeploymentStatus.Deploying => "deploying",
        DeploymentStatus.UpdatingDatabase => "updating_database",
        DeploymentStatus.Completed => "completed",
        DeploymentStatus.Failed => "failed",
        DeploymentStatus.Cancelled => "cancelled",
    };

    /// <summary>Reads a wire name; null when it is none.</summary>
    public static DeploymentStatus? FromWireName(string? name) =>
        Enum.GetValues<DeploymentStatus>().Cast<DeploymentStatus?>().FirstOrDefault(status => status!.Value.WireName() == name);
}
