namespace Libra.Deploy.Domain.Deployments;

/// <summary>The platform's words for how a project's newest deployment stands (column <c>deployment_status</c>).</summary>
public static class ProjectStatuses
{
    public const string Preparing = "preparing";
    public const string Deploying = "deploying";
    public const string Deployed = "deployed";
    public const string Failed = "failed";

    /// <summary>The project's status for its newest deployment's.</summary>
    /// <param name="live">True when an earlier version is still live: a cancelled deployment then leaves the project deployed.</param>
    public static string For(DeploymentStatus status, bool live) => status switch
    {
        DeploymentStatus.Pending or DeploymentStatus.Validating or DeploymentStatus.CreatingSandbox => Preparing,
        DeploymentStatus.SyncingFiles or DeploymentStatus.Building or DeploymentStatus.Deploying or DeploymentStatus.UpdatingDatabase =>
            Deploying,
        DeploymentStatus.Completed => Deployed,
        DeploymentStatus.Cancelled when live => Deployed,
        _ => Failed,
    };
}
