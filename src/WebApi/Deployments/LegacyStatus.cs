using Libra.Deploy.Application.Deployments;
using Libra.Deploy.Application.Deployments.Logs;
using Libra.Deploy.Domain.Deployments;

namespace Libra.Deploy.WebApi.Deployments;

/// <summary>A deployment in the words of V1's workflow engine.</summary>
public sealed record InstanceStatus(string Status, string? Error, InstanceOutput? Output)
{
    internal static InstanceStatus Of(DeploymentView view) => new(
        view.Status switch
        {
            DeploymentStatus.Pending => "queued",
            DeploymentStatus.Completed => "complete",
            DeploymentStatus.Failed => "errored",
            DeploymentStatus.Cancelled => "terminated",
            _ => "running",
        },
        view.Status == DeploymentStatus.Failed ? view.Failure?.Message : null,
        view.Status == DeploymentStatus.Completed ? new InstanceOutput(true, view.WorkerUrl, "Deployment completed successfully") : null);
}

/// <summary>What a finished workflow of V1 left.</summary>
public sealed record InstanceOutput(bool Success, string? WorkerUrl, string Message);

/// <summary>Answer of <c>GET /deploy-status?instanceId=</c>.</summary>
public sealed record InstanceStatusResponse(InstanceStatus Status);

/// <summary>Answer of <c>POST /deploy?instanceId=</c>, which starts nothing.</summary>
public sealed record InstanceResponse(bool Success, string Id, InstanceStatus Details);

/// <summary>Answer of <c>GET /deploy-status?id=</c>, as V2 documented it.</summary>
public sealed record LegacyStatusResponse(
    string DeploymentId,
    string Status,
    string? CurrentStep,
    int Progress,
    IReadOnlyDictionary<string, LegacyStep> Steps,
    IReadOnlyList<string> Logs,
    string? Error,
    DateTimeOffset Timestamp)
{
    /// <summary>V2 showed the last hundred lines.</summary>
    internal const int LogLines = 100;

    internal static LegacyStatusResponse Of(DeploymentView view, IReadOnlyList<LogEntry> logs, DateTimeOffset now) => new(
        view.Id.Value,
        view.Status switch
        {
            DeploymentStatus.Pending => "queued",
            DeploymentStatus.Completed => "completed",
            DeploymentStatus.Failed or DeploymentStatus.Cancelled => "failed",
            _ => "in_progress",
        },
        view.CurrentStep is { } current ? InV2(current).Name : null,
        view.Progress,
        DeploymentSteps.InOrder.OrderBy(step => InV2(step).Place).ToDictionary(step => InV2(step).Name, step => StepOf(view, step)),
        [.. logs.OrderBy(entry => entry.Seq).Select(entry => entry.Message)],
        view.Failure?.Message,
        now);

    // V2's order and its own name for validation.
    private static (int Place, string Name) InV2(DeploymentStep step) => step switch
    {
        DeploymentStep.Validation => (0, "validate"),
        DeploymentStep.Sync => (1, "sync"),
        DeploymentStep.Sandbox => (2, "sandbox"),
        DeploymentStep.Build => (3, "build"),
        DeploymentStep.Deploy => (4, "deploy"),
        DeploymentStep.Cleanup => (5, "cleanup"),
    };

    private static LegacyStep StepOf(DeploymentView view, DeploymentStep step)
    {
        var run = view.Journal.Where(line => line.Step == step).MaxBy(line => line.Attempt);
        return run is null
            ? new LegacyStep("pending", null, null)
            : new LegacyStep(run.Status.WireName(), run.CompletedAt ?? run.StartedAt, run.Error);
    }
}

/// <summary>A step as V2 documented it.</summary>
public sealed record LegacyStep(string Status, DateTimeOffset? Timestamp, string? Error);
