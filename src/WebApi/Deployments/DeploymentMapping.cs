using Libra.Deploy.Application.Deployments;
using Libra.Deploy.Application.Deployments.Logs;
using Libra.Deploy.Domain.Deployments;

namespace Libra.Deploy.WebApi.Deployments;

/// <summary>Turns what the application knows into what clients read.</summary>
internal static class DeploymentMapping
{
    public static DeploymentStatusResponse ToResponse(this DeploymentStanding standing, DateTimeOffset now) =>
        standing.Deployment.ToResponse(standing.Place, now) with { CustomDomainDetails = standing.Domain };

    public static DeploymentStatusResponse ToResponse(this DeploymentView view, QueuePlace? place, DateTimeOffset now) => new()
    {
        Success = true,
        DeploymentId = view.Id.Value,
        ProjectId = view.ProjectId,
        OrganizationId = view.OrganizationId,
        Status = view.Status.WireName(),
        Progress = view.Progress,
        Stage = view.Stage,
        CurrentStep = view.CurrentStep?.WireName(),
        Attempt = view.Attempt,
        MaxAttempts = view.MaxAttempts,
        Steps = DeploymentSteps.InOrder.ToDictionary(step => step.WireName(), step => ToResponse(view, step)),
        CreatedAt = view.CreatedAt,
        StartedAt = view.StartedAt,
        CompletedAt = view.CompletedAt,
        Duration = Milliseconds(view.StartedAt, view.CompletedAt ?? now),
        WorkerUrl = view.Status == DeploymentStatus.Completed ? view.WorkerUrl : null,
        CustomDomain = view.CustomDomain,
        Artifact = view.ArtifactDigest is null
            ? null
            : new ArtifactResponse(view.ArtifactDigest, view.ArtifactSize ?? 0, view.ArtifactReused),
        Queue = place is null ? null : new QueueResponse(place.Position, place.WaitingFor),
        Error = view.Failure?.ToResponse(),
        PredecessorId = view.PredecessorId?.Value,
        Timestamp = now,
    };

    public static LogEntryResponse ToResponse(this LogEntry entry) => new(
        entry.Seq, entry.Timestamp, LowerName(entry.Level), entry.Step?.WireName(), LowerName(entry.Stream), entry.Message, entry.Attempt);

    public static ErrorResponse ToResponse(this DeploymentFailure failure) => new(
        failure.Code, failure.Category.WireName(), failure.Step?.WireName(), failure.Message, failure.Excerpt, failure.Retryable,
        failure.Hint);

    private static StepResponse ToResponse(DeploymentView view, DeploymentStep step)
    {
        var runs = view.Journal.Where(run => run.Step == step).OrderBy(run => run.Attempt).ToList();
        if (runs.Count == 0) return new StepResponse(StepStatus.Pending.WireName(), null, null, null, 0, null, null);

        var last = runs[^1];
        return new StepResponse(
            last.Status.WireName(), last.StartedAt, last.CompletedAt, Milliseconds(last.StartedAt, last.CompletedAt),
            runs.Sum(run => run.Starts), last.Error, last.Reason);
    }

    private static string LowerName<T>(T value)
        where T : struct, Enum => value.ToString().ToLowerInvariant();

    private static long? Milliseconds(DateTimeOffset? from, DateTimeOffset? to) =>
        from is null || to is null ? null : (long)(to.Value - from.Value).TotalMilliseconds;
}
