namespace Libra.Deploy.Domain.Deployments;

/// <summary>The six stages of an attempt, in the order in which they run.</summary>
public enum DeploymentStep
{
    Validation,
    Sandbox,
    Sync,
    Build,
    Deploy,
    Cleanup,
}

/// <summary>What each step means to those who watch.</summary>
public static class DeploymentSteps
{
    /// <summary>All steps in order.</summary>
    public static readonly IReadOnlyList<DeploymentStep> InOrder = Enum.GetValues<DeploymentStep>();

    /// <summary>The name that clients, logs and the journal see; frozen by docs/api.md.</summary>
    public static string WireName(this DeploymentStep step) => step switch
    {
        DeploymentStep.Validation => "validation",
        DeploymentStep.Sandbox => "sandbox",
        DeploymentStep.Sync => "sync",
        DeploymentStep.Build => "build",
        DeploymentStep.Deploy => "deploy",
        DeploymentStep.Cleanup => "cleanup",
    };

    /// <summary>Reads a wire name; null when it is none.</summary>
    public static DeploymentStep? FromWireName(string? name) =>
        InOrder.Cast<DeploymentStep?>().FirstOrDefault(step => step!.Value.WireName() == name);

    /// <summary>The deployment's status while the step runs.</summary>
    public static DeploymentStatus Status(this DeploymentStep step) => step switch
    {
        DeploymentStep.Validation => DeploymentStatus.Validating,
        DeploymentStep.Sandbox => DeploymentStatus.CreatingSandbox,
        DeploymentStep.Sync => DeploymentStatus.SyncingFiles,
        DeploymentStep.Build => DeploymentStatus.Building,
        DeploymentStep.Deploy => DeploymentStatus.Deploying,
        DeploymentStep.Cleanup => DeploymentStatus.UpdatingDatabase,
    };

    /// <summary>Percent done when the step starts. Cleanup adds nothing: 100 comes only together with <c>completed</c>.</summary>
    public static int Progress(this DeploymentStep step) => step switch
    {
        DeploymentStep.Validation => 10,
        DeploymentStep.Sandbox => 25,
        DeploymentStep.Sync => 45,
        DeploymentStep.Build => 70,
        DeploymentStep.Deploy or DeploymentStep.Cleanup => 90,
    };

    /// <summary>Whether what the step made goes with its worker: after a crash or a hand-over it starts again within the attempt.</summary>
    public static bool DiesWithItsWorker(this DeploymentStep step) => step switch
    {
        DeploymentStep.Sandbox or DeploymentStep.Sync => true,
        DeploymentStep.Validation or DeploymentStep.Build or DeploymentStep.Deploy or DeploymentStep.Cleanup => false,
    };

    /// <summary>Whether a step only prepares the build: once that is done, nobody needs it.</summary>
    public static bool LeadsToTheBuild(this DeploymentStep step) => step < DeploymentStep.Build;

    /// <summary>A sentence for a person who waits.</summary>
    public static string Stage(this DeploymentStep step) => step switch
    {
        DeploymentStep.Validation => "Checking the project and its source",
        DeploymentStep.Sandbox => "Preparing a sandbox for the build",
        DeploymentStep.Sync => "Writing the project's files",
        DeploymentStep.Build => "Building the project",
        DeploymentStep.Deploy => "Putting the new version live",
        DeploymentStep.Cleanup => "Finishing up",
    };
}
