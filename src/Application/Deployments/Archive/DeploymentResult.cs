using System.Reflection;
using System.Text.Json;
using System.Text.Json.Serialization;
using Libra.Deploy.Application.Common;
using Libra.Deploy.Domain.Deployments;

namespace Libra.Deploy.Application.Deployments.Archive;

/// <summary>
/// How a deployment went, for operators: stored as <c>result.json</c> when it has ended. Fields are added, never renamed.
/// </summary>
public sealed record DeploymentResult(
    int Format,
    string DeploymentId,
    string ProjectId,
    string OrganizationId,
    string Status,
    int Attempts,
    DateTimeOffset CreatedAt,
    DateTimeOffset? StartedAt,
    DateTimeOffset? CompletedAt,
    string? RequestId,
    string? PredecessorId,
    string? WorkerUrl,
    ResultArtifact? Artifact,
    IReadOnlyList<ResultStep> Steps,
    IReadOnlyList<ResultFailure> Failures,
    ResultVersions Versions)
{
    /// <param name="ended">As it stands at its end.</param>
    /// <param name="failures">What workers noted of its attempts, oldest first.</param>
    public static DeploymentResult Of(DeploymentView ended, IReadOnlyList<ResultFailure> failures) => new(
        Format: 1,
        ended.Id.Value,
        ended.ProjectId,
        ended.OrganizationId,
        ended.Status.WireName(),
        ended.Attempt,
        ended.CreatedAt,
        ended.StartedAt,
        ended.CompletedAt,
        ended.RequestId,
        ended.PredecessorId?.Value,
        ended.WorkerUrl,
        ended.ArtifactDigest is { } digest ? new ResultArtifact(digest, ended.ArtifactSize, ended.ArtifactReused) : null,
        [.. ended.Journal.OrderBy(run => run.Attempt).ThenBy(run => run.Step).Select(ResultStep.Of)],
        WithTheLast(failures, ended),
        ResultVersions.Current);

    // Nobody noted what ended it when the store was away, or when it ended without a worker.
    private static IReadOnlyList<ResultFailure> WithTheLast(IReadOnlyList<ResultFailure> noted, DeploymentView ended) =>
        ended.Failure is not { } last || noted.Any(note => note.Attempt == ended.Attempt && note.Code == last.Code)
            ? noted
            : [.. noted, ResultFailure.Of(ended.Attempt, ended.CompletedAt, last, detail: null)];
}

/// <summary>What was made live.</summary>
/// <param name="Size">Bytes as stored.</param>
public sealed record ResultArtifact(string Digest, long? Size, bool Reused);

/// <summary>A line of the journal.</summary>
/// <param name="Duration">Milliseconds; null when it did not both start and end.</param>
public sealed record ResultStep(
    int Attempt,
    string Step,
    StepStatus Status,
    int Starts,
    DateTimeOffset? StartedAt,
    DateTimeOffset? CompletedAt,
    long? Duration,
    string? Reason,
    string? Error)
{
    public static ResultStep Of(StepRun run) => new(
        run.Attempt, run.Step.WireName(), run.Status, run.Starts, run.StartedAt, run.CompletedAt,
        (long?)(run.CompletedAt - run.StartedAt)?.TotalMilliseconds, run.Reason, run.Error);
}

/// <summary>How an attempt failed.</summary>
/// <param name="Detail">The exception with its stack; null when the failure was no exception.</param>
public sealed record ResultFailure(
    int Attempt,
    DateTimeOffset? At,
    string Code,
    FailureCategory Category,
    string? Step,
    string Message,
    IReadOnlyList<string> Excerpt,
    string? Detail)
{
    public static ResultFailure Of(int attempt, DateTimeOffset? at, DeploymentFailure failure, string? detail) =>
        new(attempt, at, failure.Code, failure.Category, failure.Step?.WireName(), failure.Message, failure.Excerpt, detail);
}

/// <summary>What ran.</summary>
public sealed record ResultVersions(string Service, string Runtime)
{
    public static ResultVersions Current { get; } = new(
        typeof(ResultVersions).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion,
        Environment.Version.ToString());
}

/// <summary>Results as they are stored.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    WriteIndented = true,
    Converters = [typeof(ResultWord<StepStatus>), typeof(ResultWord<FailureCategory>), typeof(IsoTime)])]
[JsonSerializable(typeof(DeploymentResult))]
internal sealed partial class ResultJson : JsonSerializerContext;

internal sealed class ResultWord<T>() : JsonStringEnumConverter<T>(JsonNamingPolicy.SnakeCaseLower, allowIntegerValues: false)
    where T : struct, Enum;
