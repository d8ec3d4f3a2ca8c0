using System.Text.Json;
using System.Text.Json.Nodes;

namespace Libra.Deploy.Cli.Deployments;

/// <summary>How a deployment stands, as the service tells it.</summary>
internal sealed record DeploymentState(
    string DeploymentId,
    string ProjectId,
    string Status,
    int Progress,
    string Stage,
    int Attempt,
    int MaxAttempts,
    IReadOnlyDictionary<string, StepState> Steps,
    DateTimeOffset CreatedAt,
    long? Duration = null,
    string? WorkerUrl = null,
    string? CustomDomain = null,
    WaitingState? Queue = null,
    FailureState? Error = null)
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web);

    public bool HasEnded => Status is "completed" or "failed" or "cancelled";

    public static DeploymentState Of(JsonNode answer) => answer.Deserialize<DeploymentState>(Json)!;
}

/// <summary>How a step stands; the duration is in milliseconds.</summary>
internal sealed record StepState(string Status, long? Duration = null, string? Error = null, string? Reason = null);

/// <summary>Why a deployment waits.</summary>
internal sealed record WaitingState(int Position, string WaitingFor);

/// <summary>Why a deployment, or its last attempt, failed.</summary>
internal sealed record FailureState(
    string Code, string Category, string? Step, string Message, IReadOnlyList<string> Excerpt, bool Retryable = false, string? Hint = null);
