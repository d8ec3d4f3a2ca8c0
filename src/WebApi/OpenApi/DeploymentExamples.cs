using System.Text.Json;
using Libra.Deploy.Application.Deployments;
using Libra.Deploy.Application.Deployments.Archive;
using Libra.Deploy.Domain.Deployments;
using Libra.Deploy.WebApi.Deployments;
using Libra.Deploy.WebApi.Http;

namespace Libra.Deploy.WebApi.OpenApi;

/// <summary>Examples of what is said about deployments.</summary>
internal static class DeploymentExamples
{
    private static readonly DateTimeOffset Started = Sample.Now.AddSeconds(2);
    private static readonly DateTimeOffset Ended = Sample.Now.AddSeconds(21);

    private static readonly DeployBody Body = new(
        Sample.Project, Sample.Organization, Sample.User,
        InitFiles: JsonElement.Parse("""[{ "path": "index.html", "content": "<h1>Hello</h1>" }]"""),
        Config: new DeployConfig(Timeout: 600_000));

    private static readonly DeploymentStatusResponse Completed = new()
    {
        Success = true,
        DeploymentId = Sample.Deployment.Value,
        ProjectId = Sample.Project,
        OrganizationId = Sample.Organization,
        Status = DeploymentStatus.Completed.WireName(),
        Progress = 100,
        Stage = "The new version is live.",
        Attempt = 1,
        MaxAttempts = 4,
        Steps = DeploymentSteps.InOrder.ToDictionary(
            step => step.WireName(), _ => new StepResponse("completed", Started, Ended, 3_200, 1, null, null)),
        CreatedAt = Sample.Now,
        StartedAt = Started,
        CompletedAt = Ended,
        Duration = 19_000,
        WorkerUrl = Sample.Address,
        Artifact = new ArtifactResponse(Sample.Digest, 48_211, Reused: false),
        Timestamp = Ended,
    };

    private static readonly DeploymentResult Result = new(
        Format: 1, Sample.Deployment.Value, Sample.Project, Sample.Organization, DeploymentStatus.Completed.WireName(), Attempts: 2,
        Sample.Now, Started, Ended, Sample.RequestId, PredecessorId: null, Sample.Address,
        new ResultArtifact(Sample.Digest, 48_211, Reused: false),
        [new ResultStep(2, "deploy", StepStatus.Completed, 1, Started, Ended, 3_200, Reason: null, Error: null)],
        [
            new ResultFailure(
                1, Started, "TARGET_UNAVAILABLE", FailureCategory.Provider, "deploy", "The target cannot be reached.", [], Detail: null)],
        new ResultVersions("2.0.0", "10.0.12"));

    public static readonly IReadOnlyList<object> All =
    [
        Body,
        Result,
        new BatchBody([Body]),
        DeployResponse.For(new AcceptedDeployment(Sample.Deployment, Sample.Now)),
        new BatchResponse(false, [
            new BatchResult(0, true, Sample.Deployment.Value, null, null, null),
            new BatchResult(1, false, null, "Project not found", "PROJECT_NOT_FOUND", ProblemTable.Of("PROJECT_NOT_FOUND").Message)]),
        new CancelResponse(true, DeploymentStatus.Cancelled.WireName()),
        Completed,
        new DeploymentListResponse(true, [Completed], NextCursor: null, Sample.Now),
        new LogsResponse(
            true, Sample.Deployment.Value,
            [new LogEntryResponse(1, Started, "info", "build", "stdout", "vite v7.1.2 building for production...", 1)],
            NextCursor: null, Complete: true),
        new InstanceStatusResponse(
            new InstanceStatus("complete", null, new InstanceOutput(true, Sample.Address, "Deployment completed successfully"))),
        new LegacyStatusResponse(
            Sample.Deployment.Value, "completed", null, 100,
            new[] { "validate", "sync", "sandbox", "build", "deploy", "cleanup" }.ToDictionary(
                name => name, _ => new LegacyStep("completed", Ended, null)),
            ["vite v7.1.2 building for production..."], null, Ended),
    ];
}
