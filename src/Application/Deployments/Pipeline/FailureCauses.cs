using ErrorOr;
using Libra.Deploy.Application.Common;
using Libra.Deploy.Domain.Deployments;

namespace Libra.Deploy.Application.Deployments.Pipeline;

/// <summary>
/// The one table of causes: who is responsible for which code, and what to try. An error typed Unexpected may pass by itself, whatever its
/// row says; any other of ours is lasting and is not tried again.
/// </summary>
internal static class FailureCauses
{
    private const int ExcerptWidth = 500;

    private static readonly Dictionary<string, Cause> Table = new(StringComparer.Ordinal)
    {
        ["DEPLOYMENT_VALIDATION_FAILED"] = Cause.OfUser("Correct what the message names and deploy again."),
        ["PROJECT_NOT_FOUND"] = Cause.OfUser("The project was deleted or moved to another organization."),
        ["PROJECT_INACTIVE"] = Cause.OfUser("Switch the project on and deploy again."),
        ["VALIDATION_ERROR"] = Cause.OfUser(),
        ["DEPLOYMENT_QUOTA_EXCEEDED"] = Cause.OfQuota("Upgrade the plan or wait for the quota's reset."),
        ["SANDBOX_CREATE_FAILED"] = Cause.OfProvider(),
        ["SANDBOX_CONNECT_FAILED"] = Cause.OfProvider(),
        ["SANDBOX_COMMAND_FAILED"] = Cause.OfProvider(),
        ["FILE_SYNC_FAILED"] = Cause.OfProvider(),
        ["INSTALL_FAILED"] = Cause.OfUser("Check the names and versions in package.json and its lock file."),
        ["BUILD_FAILED"] = Cause.OfUser("Fix the error shown in the excerpt; the whole output is in the log."),
        ["BUILD_OUT_OF_MEMORY"] = Cause.OfUser("Make the build use less memory, or ask for a larger limit."),
        ["ARTIFACT_INVALID"] = Cause.OfUser("The build's result cannot be served as it is; the message names what."),
        ["STORAGE_READ_FAILED"] = Cause.OfPlatform(),
        ["STORAGE_WRITE_FAILED"] = Cause.OfPlatform(),
        ["TARGET_REJECTED"] = Cause.OfUser("The target refused the version; the message says why."),
        ["TARGET_UNAVAILABLE"] = Cause.OfProvider(),
        ["VERIFICATION_FAILED"] = Cause.OfUser("The version was put live but does not answer as built; look at the worker's own errors."),
        ["DEPLOYMENT_TIMEOUT"] = Cause.OfPlatform("Deploy again; when it happens again, make the build faster or raise the limit."),
        ["DEPLOYMENT_STEP_FAILED"] = Cause.OfPlatform(),
    };

    /// <summary>The codes that a deployment can fail with, and who is responsible for each when nothing else is known.</summary>
    public static IReadOnlyDictionary<string, FailureCategory> Categories { get; } =
        Table.ToDictionary(cause => cause.Key, cause => cause.Value.Usual, StringComparer.Ordinal);

    /// <summary>Makes a failure of a step's error.</summary>
    /// <param name="excerpt">Lines that the step's commands printed last.</param>
    public static DeploymentFailure Of(Error error, DeploymentStep? step, IReadOnlyList<string> excerpt)
    {
        var code = Table.ContainsKey(error.Code) ? error.Code : "DEPLOYMENT_STEP_FAILED";
        var cause = Table[code];
        var passing = error.Type == ErrorType.Unexpected;
        var category = passing ? cause.WhenPassing : cause.WhenLasting;
        // Output shows what a user did wrong; when something of ours was away, the row knows better.
        var hint = (category == FailureCategory.User ? FailureHints.For(code, error.Description, excerpt) : null) ?? cause.Hint;
        // Whatever was printed on one line: the failure is kept with its deployment, and comes with each row of a list.
        var shown = excerpt.Select(line => line.Shortened(ExcerptWidth)).ToList();
        var failure = new DeploymentFailure(code, category, step, error.Description, shown, hint);
        return failure with { Lasting = failure.IsOurs && !passing };
    }

    /// <summary>Makes a failure of what nobody expected: ours, and worth another attempt.</summary>
    public static DeploymentFailure Of(Exception exception, DeploymentStep? step) => exception switch
    {
        SandboxException { Transient: true } sandbox => Of(Error.Unexpected(sandbox.Code, sandbox.Message), step, []),
        SandboxException sandbox => Of(Error.Failure(sandbox.Code, sandbox.Message), step, []),
        IOException when step is DeploymentStep.Build =>
            Of(Error.Unexpected("STORAGE_WRITE_FAILED", "The artifact could not be stored."), step, []),
        IOException or InvalidDataException => Of(Error.Unexpected("STORAGE_READ_FAILED", "Stored data could not be read."), step, []),
        _ => Of(Error.Unexpected("DEPLOYMENT_STEP_FAILED", "The deployment service failed in this step."), step, []),
    };

    /// <summary>The deployment's whole time is over and no worker runs it; nobody's doing but ours, however short it was.</summary>
    public static DeploymentFailure TimedOut(Deployment deployment)
    {
        var given = deployment.Settings.Timeout;
        var error = Error.Unexpected("DEPLOYMENT_TIMEOUT", $"The deployment did not end within {given.TotalSeconds:0} s.");
        return Of(error, deployment.CurrentStep, []);
    }

    /// <summary>
    /// The whole time is over while a worker runs it; the user's doing when the request asked for less than it could have had, or when
    /// most of it went into the build.
    /// </summary>
    /// <remarks>An install and a build may each take so long that one which hangs ends here rather than by its own limit.</remarks>
    public static DeploymentFailure TimedOutRunning(Deployment deployment)
    {
        var failure = TimedOut(deployment);
        var hint = deployment.Settings.TimeoutShortened && HadAllOfTheTime(deployment)
            ? "Ask for more time in config.timeout, or make the build faster."
            : BuiltMostOfTheTime(deployment)
                ? $"Installing and building took most of the time. {FailureHints.EndlessBuild}"
                : null;
        return hint is null ? failure : failure with { Category = FailureCategory.User, Hint = hint };
    }

    /// <summary>Too many workers died while they ran it.</summary>
    public static DeploymentFailure SuspectedKiller(Deployment deployment) => Of(
        Error.Unexpected("DEPLOYMENT_STEP_FAILED", $"{deployment.Interruptions} workers died while running this deployment."),
        deployment.CurrentStep,
        []);

    /// <summary>The database was brought back from a dump, and the object store is ahead of it.</summary>
    public static DeploymentFailure OlderThanItsLog(Deployment deployment) => Of(
        Error.Unexpected(
            "DEPLOYMENT_STEP_FAILED",
            "It had ended already: its log ended after the state that the database was restored to. Replay it to deploy its source."),
        deployment.CurrentStep,
        []);

    // Every claim but the first comes after time that no worker used: a pause, a death, or a hand-over that had to wait for a free slot.
    // One that was put off before its time began counts as well, which errs on the user's side.
    private static bool HadAllOfTheTime(Deployment deployment) => deployment.FencingToken == 1;

    // In one go: a build that a dead worker left and another began again had less for itself.
    private static bool BuiltMostOfTheTime(Deployment deployment) =>
        deployment.CurrentStep == DeploymentStep.Build
        && deployment.Journal.Any(run => run is { Step: DeploymentStep.Build, Status: StepStatus.InProgress }
            && deployment.Deadline - run.StartedAt > deployment.Settings.Timeout / 2);

    /// <summary>A row: who is usually responsible, when it may pass by itself, and when it will not.</summary>
    private sealed record Cause(FailureCategory Usual, FailureCategory WhenPassing, FailureCategory WhenLasting, string? Hint)
    {
        // What passes by itself was no mistake of a user: something that the step needed was away.
        public static Cause OfUser(string? hint = null) => new(FailureCategory.User, FailureCategory.Provider, FailureCategory.User, hint);

        public static Cause OfQuota(string? hint = null) =>
            new(FailureCategory.Quota, FailureCategory.Provider, FailureCategory.Quota, hint);

        // A provider that will not come back by itself lacks something that the platform has to set right, for instance a permission.
        public static Cause OfProvider(string? hint = null) =>
            new(FailureCategory.Provider, FailureCategory.Provider, FailureCategory.Platform, hint);

        public static Cause OfPlatform(string? hint = null) =>
            new(FailureCategory.Platform, FailureCategory.Platform, FailureCategory.Platform, hint);
    }
}
