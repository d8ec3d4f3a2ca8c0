using System.Globalization;
using ErrorOr;
using Libra.Deploy.Application.Deployments.Logs;
using Libra.Deploy.Domain.Deployments;
using Libra.Deploy.WebApi.Http;
using Libra.Deploy.WebApi.OpenApi;
using LogLevel = Libra.Deploy.Application.Deployments.Logs.LogLevel;

namespace Libra.Deploy.WebApi.Deployments;

/// <summary>Reads the parameters of <c>GET /deploy/{id}/logs</c>.</summary>
internal static class LogsRequest
{
    private const int DefaultLimit = 1000;
    private const int LargestLimit = 5000;

    private static readonly string[] Steps = [.. DeploymentSteps.InOrder.Select(known => known.WireName())];
    private static readonly string[] Levels = [.. Enum.GetNames<LogLevel>().Select(name => name.ToLowerInvariant())];

    /// <summary>Describes what <see cref="Read"/> reads.</summary>
    public static RouteHandlerBuilder WithLogParameters(this RouteHandlerBuilder route) => route
        .Query("limit", Form.Whole(1, LargestLimit), $"How many lines at most; {DefaultLimit} when it is missing.")
        .Query("cursor", Form.Whole(0, long.MaxValue), "`nextCursor` of the page before.")
        .Query("step", Form.OneOf(Steps), "Only of this step.")
        .Query("level", Form.OneOf(Levels), "Only of this level or a graver one.")
        .Query("order", Form.OneOf("asc", "desc"), "Oldest or newest first; oldest when it is missing.");

    public static ErrorOr<LogQuery> Read(IQueryCollection parameters)
    {
        var query = new QueryReader(parameters);
        var limit = (int)query.Integer("limit", DefaultLimit, 1, LargestLimit);
        var cursor = query.OptionalInteger("cursor", 0, long.MaxValue);
        var step = query.OptionalChoice("step", Steps);
        var level = query.OptionalChoice("level", Levels);
        var descending = query.OptionalChoice("order", "asc", "desc") == "desc";
        if (query.Errors.Count > 0) return query.Errors;

        var minimum = level is null ? (LogLevel?)null : Enum.Parse<LogLevel>(level, ignoreCase: true);
        return new LogQuery(cursor, limit, DeploymentSteps.FromWireName(step), minimum, descending);
    }

    /// <summary>The page as lines; where to go on stands in a header, as there is no place for it among them.</summary>
    public static IResult Text(HttpResponse response, LogPage page)
    {
        if (page.NextCursor is { } next) response.Headers[Cors.NextCursor] = next.ToString(CultureInfo.InvariantCulture);
        return Results.Stream(body => WriteAsync(body, page.Entries), "text/plain; charset=utf-8");
    }

    // Line by line: as one text the page would be in memory twice for as long as its reader takes.
    private static async Task WriteAsync(Stream body, IReadOnlyList<LogEntry> entries)
    {
        await using var writer = new StreamWriter(body, leaveOpen: true) { NewLine = "\n" };
        foreach (var entry in entries) await writer.WriteLineAsync(AnsiText.Strip(entry.Message));
    }

    /// <summary>True when the client asks for lines rather than objects.</summary>
    public static bool WantsText(HttpRequest request) =>
        request.Headers.Accept.Any(types => types?.StartsWith("text/plain", StringComparison.OrdinalIgnoreCase) == true);
}
