using Libra.Deploy.Application.Deployments.Cleanup;
using Libra.Deploy.Application.Queue;
using Libra.Deploy.Domain.Deployments;
using Libra.Deploy.Domain.Queue;
using Libra.Deploy.WebApi.Queue;
using Libra.Deploy.WebApi.Service;

namespace Libra.Deploy.WebApi.OpenApi;

/// <summary>Examples of what operators read and send.</summary>
internal static class OperationExamples
{
    private const int Uptime = 86_400_000;

    private static readonly DeadLetterResponse Letter = new(
        Sample.Id, Sample.Deployment.Value, Sample.Project, Sample.Organization, DeadLetterReasons.MaxRetriesExceeded, "deployment-queue",
        "The target cannot be reached.", 3,
        [new FailedAttempt(Sample.Now, 1, "deploy", "TARGET_UNAVAILABLE", "The target cannot be reached.")],
        new DeadLetterMessage
        {
            DeploymentId = Sample.Deployment.Value,
            ProjectId = Sample.Project,
            OrgId = Sample.Organization,
            UserId = Sample.User,
            Source = "project",
        },
        Sample.Now,
        new ResolutionResponse(ResolutionAction.Replayed, Sample.User, Sample.Later, "The target is back.", Sample.Replay.Value));

    private static readonly Dictionary<string, string> Checks = new() { ["database"] = "healthy", ["queue"] = "healthy" };

    public static readonly IReadOnlyList<object> All =
    [
        new QueueStatusResponse(
            true,
            new QueueFiguresResponse(
                "deployment-queue", 2, 1, 5, 1_204, 17, 4_100, [new WorkerNode("node-1", 5, 5, Sample.Now)], 5, 10, 30_000, 3, 6.5),
            new DeadLetterQueueResponse("deployment-dlq", 1, Sample.Now),
            Sample.Now),
        new DeadLetterListResponse(true, [Letter], NextCursor: null),
        Letter,
        new NoteBody("The target is back."),
        new BulkReplayBody(
            Limit: 10, Reason: DeadLetterReasons.MaxRetriesExceeded, OrgId: Sample.Organization, Note: "The target is back."),
        new BulkReplayResponse(
            true, 1, [new BulkReplayItem(Sample.Id, true, Sample.Deployment.Value, Sample.Replay.Value, null, null, null)]),
        new RootResponse(
            "Libra Deploy V2 Service", ServiceIdentity.Name, ServiceIdentity.Version, "running", Sample.Now, "queue-based",
            "Queue-based deployment service for Libra platform", ["/deploy", "/health", "/docs"]),
        new HealthResponse("healthy", Sample.Now, ServiceIdentity.Name, ServiceIdentity.Version, Uptime, Checks),
        new ReadinessResponse("ready", Sample.Now, Checks),
        new DetailedHealthResponse(
            "healthy", Sample.Now, ServiceIdentity.Name, ServiceIdentity.Version, Uptime,
            new Dictionary<string, DependencyResponse> { ["database"] = new("healthy", 2, "answers") }),
        new StatusResponse(
            true, ServiceIdentity.Name, ServiceIdentity.Version, Uptime, "node-1",
            new DeploymentCountsResponse(
                1_221, Enum.GetValues<DeploymentStatus>().ToDictionary(status => status.WireName(), _ => 0L),
                new DayResponse(48, 2, 0.96, 18_400, 41_000)),
            new QueueCountsResponse("deployment-queue", 3, 5),
            new StatusQuotaResponse(Total: 50, Used: 12, Remaining: 38, Sample.Now),
            Sample.Now),
        new CleanupBody(OlderThanDays: 30, KeepPerProject: 10, DryRun: true),
        CleanupResponse.Of(
            new CleanupReport(true, 120, 240, 35, 4, 91_230_112, new KeptDeployments(42, 310)), TimeSpan.FromMilliseconds(830)),
    ];
}
