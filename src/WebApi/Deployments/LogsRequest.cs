using ErrorOr;
using Libra.Deploy.Application.Deployments.Logs;
using Libra.Deploy.Domain.Deployments;
using Libra.Deploy.WebApi.Http;
using LogLevel = Libra.Deploy.Application.Deployments.Logs.LogLevel;

namespace Libra.Deploy.WebApi.Deployments;

/// <summary>Reads the parameters of <c>GET /deploy/{id}/logs</c>.</summary>
internal static class LogsRequest
{
    private const int DefaultLimit = 1000;
    private const int LargestLimit = 5000;

    public static ErrorOr<LogQuery> Read(IQueryCollection parameters)
    {
        var query = new QueryReader(parameters);
        var limit = (int)query.Integer("limit", DefaultLimit, 1, LargestLimit);
        var cursor = query.Has("cursor") ? query.Integer("cursor", 0, 0, long.MaxValue) : (long?)null;
        var step = query.OptionalChoice("step", [.. DeploymentSteps.InOrder.Select(known => known.WireName())]);
        var level = query.OptionalChoice("level", [.. Enum.GetNames<LogLevel>().Select(name => name.ToLowerInvariant())]);
        var descending = query.OptionalChoice("order", "asc", "desc") == "desc";
        if (query.Errors.Count > 0) return query.Errors;

        var minimum = level is null ? (LogLevel?)null : Enum.Parse<LogLevel>(level, ignoreCase: true);
        return new LogQuery(cursor, limit, DeploymentSteps.FromWireName(step), minimum, descending);
    }

    /// <summary>True when the client asks for lines rather than objects.</summary>
    public static bool WantsText(HttpRequest request) =>
        request.Headers.Accept.Any(types => types?.StartsWith("text/plain", StringComparison.OrdinalIgnoreCase) == true);
}
