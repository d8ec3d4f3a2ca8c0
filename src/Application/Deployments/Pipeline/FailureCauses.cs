using ErrorOr;
using Libra.Deploy.Domain.Deployments;

namespace Libra.Deploy.Application.Deployments.Pipeline;

/// <summary>
/// The one table of causes: which code is whose matter, and what to try. An error typed Unexpected may pass by itself, whatever its
/// row says; any other of ours is lasting and is not tried again.
/// </summary>
internal static class FailureCauses
{
    private static readonly Dictionary<string, (FailureCategory Category, string? Hint)> Table = new(StringComparer.Ordinal)
    {
        ["DEPLOYMENT_VALIDATION_FAILED"] = (FailureCategory.User, "Correct what the message names and deploy again."),
        ["PROJECT_NOT_FOUND"] = (FailureCategory.User, "The project was deleted or moved to another organization."),
        ["PROJECT_INACTIVE"] = (FailureCategory.User, "Switch the project on and deploy again."),
        ["VALIDATION_ERROR"] = (FailureCategory.User, null),
        ["DEPLOYMENT_QUOTA_EXCEEDED"] = (FailureCategory.Quota, "Upgrade the plan or wait for the quota's reset."),
        ["SANDBOX_CREATE_FAILED"] = (FailureCategory.Provider, null),
        ["SANDBOX_CONNECT_FAILED"] = (FailureCategory.Provider, null),
        ["SANDBOX_COMMAND_FAILED"] = (FailureCategory.Provider, null),
        ["FILE_SYNC_FAILED"] = (FailureCategory.Provider, null),
        ["INSTALL_FAILED"] = (FailureCategory.User, "Check the names and versions in package.json and its lock file."),
        ["BUILD_FAILED"] = (FailureCategory.User, "Mend what the excerpt shows; the whole output is in the log."),
        ["BUILD_OUT_OF_MEMORY"] = (FailureCategory.User, "Make the build use less memory, or ask for a larger limit."),
        ["ARTIFACT_INVALID"] = (FailureCategory.User, "The build's result cannot be served as it is; the message names what."),
        ["STORAGE_READ_FAILED"] = (FailureCategory.Platform, null),
        ["STORAGE_WRITE_FAILED"] = (FailureCategory.Platform, null),
        ["TARGET_REJECTED"] = (FailureCategory.User, "The target refused the version; the message says why."),
        ["TARGET_UNAVAILABLE"] = (FailureCategory.Provider, null),
        ["VERIFICATION_FAILED"] = (FailureCategory.User, "The version was put live but does not answer as built; look at the worker's own errors."),
        ["DEPLOYMENT_TIMEOUT"] = (FailureCategory.Platform, "Deploy again; when it happens again, make the build faster or raise the limit."),
        ["DEPLOYMENT_STEP_FAILED"] = (FailureCategory.Platform, null),
    };

    /// <summary>The codes that a deployment can fail with, and whose matter each is when nothing else is known.</summary>
    public static IReadOnlyDictionary<string, FailureCategory> Categories { get; } =
        Table.ToDictionary(cause => cause.Key, cause => cause.Value.Category, StringComparer.Ordinal);

    /// <summary>Makes a failure of a step's error.</summary>
    /// <param name="excerpt">Lines that the step's commands printed last.</param>
    public static DeploymentFailure Of(Error error, DeploymentStep? step, IReadOnlyList<string> excerpt)
    {
        var known = Table.TryGetValue(error.Code, out var cause);
        var passing = error.Type == ErrorType.Unexpected;
        var category = (known ? cause.Category : FailureCategory.Platform, passing) switch
        {
            (FailureCategory.User or FailureCategory.Quota, true) => FailureCategory.Provider,
            // A provider that will not come back by itself lacks something that the platform has to set right, for instance a permission.
            (FailureCategory.Provider, false) => FailureCategory.Platform,
            var (usual, _) => usual,
        };
        var failure = new DeploymentFailure(known ? error.Code : "DEPLOYMENT_STEP_FAILED", category, step, error.Description, excerpt, cause.Hint);
        return failure with { Lasting = failure.IsOurs && !passing };
    }

    /// <summary>Makes a failure of what nobody expected: ours, and worth another attempt.</summary>
    public static DeploymentFailure Of(Exception exception, DeploymentStep? step) => exception switch
    {
        SandboxException { Transient: true } sandbox => Of(Error.Unexpected(sandbox.Code, sandbox.Message), step, []),
        SandboxException sandbox => Of(Error.Failure(sandbox.Code, sandbox.Message), step, []),
        IOException when step is DeploymentStep.Build => Of(Error.Unexpected("STORAGE_WRITE_FAILED", "The artifact could not be stored."), step, []),
        IOException or InvalidDataException => Of(Error.Unexpected("STORAGE_READ_FAILED", "Stored data could not be read."), step, []),
        _ => Of(Error.Unexpected("DEPLOYMENT_STEP_FAILED", "The deployment service failed in this step."), step, []),
    };
}
