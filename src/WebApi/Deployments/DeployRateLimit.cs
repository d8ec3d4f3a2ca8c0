using System.Globalization;
using System.Text.Json;
using ErrorOr;
using Libra.Deploy.Application.RateLimits;
using Libra.Deploy.Domain.Access;

namespace Libra.Deploy.WebApi.Deployments;

/// <summary>
/// Counts every request that may start a deployment, by who asks and for which project. Whoever a body names beside that counts for
/// nothing: a stranger could use up another's requests, and a service get any number of them.
/// </summary>
internal static class DeployRateLimit
{
    /// <summary>Counts a body before anything of it is checked, as V1 did.</summary>
    /// <returns>Success, or <c>RATE_LIMITED</c>; the headers are set either way while a limit is on.</returns>
    public static Task<ErrorOr<Success>> CountAsync(
        HttpResponse response, IRateLimiter limiter, Caller caller, JsonElement body, CancellationToken cancellationToken) =>
        CountAsync(response, limiter, caller, Text(body, "orgId"), Text(body, "projectId"), cancellationToken);

    /// <returns>Success, or <c>RATE_LIMITED</c>; the headers are set either way while a limit is on.</returns>
    public static async Task<ErrorOr<Success>> CountAsync(
        HttpResponse response, IRateLimiter limiter, Caller caller, string? organizationId, string? projectId,
        CancellationToken cancellationToken)
    {
        var own = organizationId is not null && caller.MaySee(organizationId) ? organizationId : null;
        var decision = await limiter.TakeAsync(own, caller.Id, projectId, cancellationToken);
        if (decision.Limit == 0) return Result.Success;

        response.Headers["X-RateLimit-Limit"] = decision.Limit.ToString(CultureInfo.InvariantCulture);
        response.Headers["X-RateLimit-Remaining"] = decision.Remaining.ToString(CultureInfo.InvariantCulture);
        response.Headers["X-RateLimit-Window"] = decision.WindowSeconds.ToString(CultureInfo.InvariantCulture);
        return decision.Allowed ? Result.Success : decision.ToError();
    }

    private static string? Text(JsonElement body, string name) =>
        body.ValueKind == JsonValueKind.Object && body.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String
            ? value.GetString()
            : null;
}
