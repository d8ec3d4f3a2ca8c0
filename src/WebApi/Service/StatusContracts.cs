using System.Text.Json.Serialization;
using Libra.Deploy.Application.Deployments;
using Libra.Deploy.Application.Deployments.Figures;
using Libra.Deploy.Application.Quotas;
using Libra.Deploy.Domain.Deployments;

namespace Libra.Deploy.WebApi.Service;

/// <summary>Answer of <c>GET /status</c>, as far as the caller may see.</summary>
/// <param name="Uptime">Milliseconds since this node started.</param>
/// <param name="Node">The node that answered.</param>
/// <param name="Quota">What the caller's organization may still deploy; missing for callers of several, or of all.</param>
internal sealed record StatusResponse(
    bool Success,
    string Service,
    string Version,
    long Uptime,
    string Node,
    DeploymentCountsResponse Deployments,
    QueueCountsResponse Queue,
    StatusQuotaResponse? Quota,
    DateTimeOffset Timestamp);

/// <summary>How many deployments there were since the beginning, and how the last day went.</summary>
internal sealed record DeploymentCountsResponse(long Total, IReadOnlyDictionary<string, long> ByStatus, DayResponse Last24h)
{
    public static DeploymentCountsResponse Of(DeploymentFigures figures) => new(
        figures.Total,
        Enum.GetValues<DeploymentStatus>().ToDictionary(status => status.WireName(), figures.Of),
        new DayResponse(
            figures.LastDay.Completed,
            figures.LastDay.Failed,
            figures.LastDay.SuccessRate is { } rate ? Math.Round(rate, 4) : null,
            (long?)figures.LastDay.P50?.TotalMilliseconds,
            (long?)figures.LastDay.P95?.TotalMilliseconds));
}

/// <summary>The last 24 hours; durations are milliseconds of completed deployments, from start to end.</summary>
/// <param name="SuccessRate">Completed among completed and failed; null when there was neither.</param>
internal sealed record DayResponse(
    long Completed,
    long Failed,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.Never)] double? SuccessRate,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.Never)] long? P50Duration,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.Never)] long? P95Duration);

/// <summary>What waits and what runs; <c>GET /status/queue</c> has the rest.</summary>
internal sealed record QueueCountsResponse(string Name, long Waiting, long Running)
{
    public static QueueCountsResponse Of(string name, DeploymentFigures figures) => new(
        name, figures.Of(DeploymentStatus.Pending), figures.ByStatus.Where(count => count.Key.IsRunning()).Sum(count => count.Value));
}

/// <summary>A quota in short; <c>GET /organizations/{orgId}/quota</c> has its plans.</summary>
internal sealed record StatusQuotaResponse(long Total, long Used, long Remaining, DateTimeOffset? ResetDate)
{
    public static StatusQuotaResponse? Of(QuotaView? quota) =>
        quota is null ? null : new(quota.Total, quota.Used, quota.Remaining, quota.ResetDate);
}
