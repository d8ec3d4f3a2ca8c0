namespace Libra.Deploy.Domain.Deployments;

/// <summary>How a step stands.</summary>
public enum StepStatus
{
    Pending,
    InProgress,
    Completed,
    Failed,
    Skipped,
}

/// <summary>Facts about how a step stands.</summary>
public static class StepStatuses
{
    /// <summary>The name that clients see.</summary>
    public static string WireName(this StepStatus status) => status switch
    {
        StepStatus.Pending => "pending",
        StepStatus.InProgress => "in_progress",
        StepStatus.Completed => "completed",
        StepStatus.Failed => "failed",
        StepStatus.Skipped => "skipped",
    };
}

/// <summary>One line of the journal: a step within one attempt. A crash inside the attempt runs the same line again.</summary>
public sealed class StepRun
{
    private StepRun()
    {
    }

    internal StepRun(DeploymentStep step, int attempt)
    {
        Step = step;
        Attempt = attempt;
    }

    public DeploymentStep Step { get; private set; }

    public int Attempt { get; private set; }

    public StepStatus Status { get; private set; }

    /// <summary>How often the step was started within this attempt; more than one only after a crash.</summary>
    public int Starts { get; private set; }

    public DateTimeOffset? StartedAt { get; private set; }

    public DateTimeOffset? CompletedAt { get; private set; }

    /// <summary>Why the step was skipped.</summary>
    public string? Reason { get; private set; }

    /// <summary>Code of the failure that ended it.</summary>
    public string? ErrorCode { get; private set; }

    /// <summary>What went wrong, for a person.</summary>
    public string? Error { get; private set; }

    internal void Start(DateTimeOffset now)
    {
        (Status, StartedAt, CompletedAt, ErrorCode, Error) = (StepStatus.InProgress, now, null, null, null);
        Starts++;
    }

    /// <summary>Its worker died and an earlier step has to run first.</summary>
    internal void Interrupt() => Status = StepStatus.Pending;

    internal void Complete(DateTimeOffset now) => (Status, CompletedAt) = (StepStatus.Completed, now);

    internal void Skip(string reason, DateTimeOffset now) => (Status, CompletedAt, Reason) = (StepStatus.Skipped, now, reason);

    internal void Fail(DeploymentFailure failure, DateTimeOffset now) =>
        (Status, CompletedAt, ErrorCode, Error) = (StepStatus.Failed, now, failure.Code, failure.Message);
}
