using Libra.Deploy.Domain.Deployments;

namespace Libra.Deploy.Domain.Queue;

/// <summary>What was asked for, in ids and settings; never the source itself.</summary>
public sealed record DeadLetterMessage
{
    public string? DeploymentId { get; init; }
    public string? ProjectId { get; init; }
    public string? OrgId { get; init; }
    public string? UserId { get; init; }

    /// <summary><c>project</c>, <c>request</c> or <c>artifact</c>.</summary>
    public string? Source { get; init; }

    public string? CustomDomain { get; init; }
    public string? RequestId { get; init; }
    public string? PredecessorId { get; init; }

    /// <summary>Milliseconds.</summary>
    public long? Timeout { get; init; }

    public int? Priority { get; init; }
    public int? MaxAttempts { get; init; }
    public bool? Force { get; init; }
    public bool? Debug { get; init; }

    /// <summary>The message as it was found, when it cannot be read.</summary>
    public string? Content { get; init; }

    internal static DeadLetterMessage Of(Deployment deployment) => new()
    {
        DeploymentId = deployment.Id.Value,
        ProjectId = deployment.ProjectId,
        OrgId = deployment.OrganizationId,
        UserId = deployment.UserId,
        Source = deployment.Source.ToString().ToLowerInvariant(),
        CustomDomain = deployment.Domain.To,
        RequestId = deployment.RequestId,
        PredecessorId = deployment.PredecessorId?.Value,
        Timeout = (long)deployment.Settings.Timeout.TotalMilliseconds,
        Priority = deployment.Settings.Priority,
        MaxAttempts = deployment.Settings.MaxAttempts,
        Force = deployment.Settings.Force,
        Debug = deployment.Settings.Debug,
    };
}
