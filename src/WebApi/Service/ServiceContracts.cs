using Libra.Deploy.Application.Health;

namespace Libra.Deploy.WebApi.Service;

/// <summary>Answer of <c>GET /</c>; frozen.</summary>
internal sealed record RootResponse(
    string Message,
    string Service,
    string Version,
    string Status,
    DateTimeOffset Timestamp,
    string Architecture,
    string Description,
    IReadOnlyList<string> Endpoints);

/// <summary>Answer of <c>GET /health</c>; frozen.</summary>
/// <param name="Uptime">Milliseconds since the process started.</param>
internal sealed record HealthResponse(
    string Status, DateTimeOffset Timestamp, string Service, string Version, long Uptime, IReadOnlyDictionary<string, string> Checks);

/// <summary>Answer of <c>GET /health/live</c> and <c>/health/ready</c>.</summary>
/// <param name="Checks">What was looked at; null when nothing was.</param>
internal sealed record ReadinessResponse(string Status, DateTimeOffset Timestamp, IReadOnlyDictionary<string, string>? Checks = null);

/// <summary>Answer of <c>GET /health/detailed</c>.</summary>
/// <param name="Status"><c>healthy</c>, <c>degraded</c> (it answers, but something is missing) or <c>unhealthy</c>.</param>
internal sealed record DetailedHealthResponse(
    string Status, DateTimeOffset Timestamp, string Service, string Version, long Uptime,
    IReadOnlyDictionary<string, DependencyResponse> Checks);

/// <summary>How one dependency stands.</summary>
/// <param name="Latency">Milliseconds.</param>
internal sealed record DependencyResponse(string Status, long Latency, string Message);

/// <summary>From findings to the words of the contract.</summary>
internal static class HealthWords
{
    public static string WordFor(bool healthy) => healthy ? "healthy" : "unhealthy";

    public static IReadOnlyDictionary<string, string> ToWords(this HealthReport report) =>
        report.Dependencies.ToDictionary(dependency => dependency.Name, dependency => WordFor(dependency.Healthy));

    public static IReadOnlyDictionary<string, DependencyResponse> ToResponses(this HealthReport report) => report.Dependencies.ToDictionary(
        dependency => dependency.Name,
        dependency => new DependencyResponse(WordFor(dependency.Healthy), (long)dependency.Latency.TotalMilliseconds, dependency.Message));
}
