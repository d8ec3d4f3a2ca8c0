using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using Libra.Deploy.Application.Common;
using Libra.Deploy.Domain.Deployments;

namespace Libra.Deploy.Application.Webhooks;

/// <summary>What a receiver reads. Fields may be added, none is ever renamed or taken away.</summary>
internal sealed record WebhookMessage(string Type, DateTimeOffset Timestamp, WebhookDeployment Data)
{
    private static readonly JsonSerializerOptions Format = new(JsonSerializerDefaults.Web)
    {
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        Converters = { new IsoTime() },
    };

    public static WebhookMessage Of(string eventName, Deployment deployment, DateTimeOffset now) =>
        new(eventName, now, Describe(deployment));

    public string ToJson() => JsonSerializer.Serialize(this, Format);

    private static WebhookDeployment Describe(Deployment deployment) => new(
        deployment.Id.Value,
        deployment.ProjectId,
        deployment.OrganizationId,
        deployment.UserId,
        deployment.Status.WireName(),
        deployment.Attempt,
        deployment.CreatedAt,
        deployment.StartedAt,
        deployment.CompletedAt,
        (long?)(deployment.CompletedAt - deployment.StartedAt)?.TotalMilliseconds,
        deployment.Status == DeploymentStatus.Completed ? deployment.WorkerUrl : null,
        deployment.Domain.To,
        deployment.PredecessorId?.Value,
        deployment.Status.IsTerminal() && deployment.Failure is { } failure
            ? new WebhookFailure(failure.Code, failure.Category.WireName(), failure.Step?.WireName(), failure.Message)
            : null);
}

/// <summary>The deployment that a message is about.</summary>
/// <param name="Duration">Milliseconds from the first start to the end.</param>
internal sealed record WebhookDeployment(
    string DeploymentId,
    string ProjectId,
    string OrganizationId,
    string UserId,
    string Status,
    int Attempt,
    DateTimeOffset CreatedAt,
    DateTimeOffset? StartedAt,
    DateTimeOffset? CompletedAt,
    long? Duration,
    string? WorkerUrl,
    string? CustomDomain,
    string? PredecessorId,
    WebhookFailure? Error);

/// <summary>Why it failed.</summary>
internal sealed record WebhookFailure(string Code, string Category, string? Step, string Message);
