using System.Globalization;
using System.Text.Json;
using ErrorOr;
using Libra.Deploy.Application.RateLimits;
using Libra.Deploy.Domain.Access;

namespace Libra.Deploy.WebApi.Deployments;

/// <summary>Counts a request to deploy before anything of it is checked, as V1 did, by the project that its body names.</summary>
internal static class DeployRateLimit
{
    /// <returns>Success, or <c>RATE_LIMITED</c>; the headers are set either way while a limit is on.</returns>
    public static async Task<ErrorOr<Success>> CountAsync(
        HttpResponse response, IRateLimiter limiter, Caller caller, JsonElement body, CancellationToken cancellationToken)
    {
        var user = caller.UserId ?? Text(body, "userId") ?? caller.Id;
        var decision = await limiter.TakeAsync(user, Text(body, "projectId"), cancellationToken);
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
