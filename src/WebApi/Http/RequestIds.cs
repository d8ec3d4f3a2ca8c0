using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;
using Libra.Deploy.Application.Telemetry;

namespace Libra.Deploy.WebApi.Http;

/// <summary>Gives every request its correlation id and every answer the id and the time it took.</summary>
internal sealed partial class RequestIds(RequestDelegate next, ILogger<RequestIds> logger)
{
    public const string Header = "X-Request-Id";
    public const string TimeHeader = "X-Response-Time";

    /// <summary>Runs the request inside a log scope that carries its id.</summary>
    public async Task InvokeAsync(HttpContext context)
    {
        var started = Stopwatch.GetTimestamp();
        var id = Choose(context.Request.Headers[Header]);
        context.TraceIdentifier = id;
        context.Response.OnStarting(() =>
        {
            var elapsed = (long)Stopwatch.GetElapsedTime(started).TotalMilliseconds;
            context.Response.Headers[Header] = id;
            context.Response.Headers[TimeHeader] = string.Create(CultureInfo.InvariantCulture, $"{elapsed}ms");
            return Task.CompletedTask;
        });

        using (logger.BeginScope(new LogFields { ["requestId"] = id }))
        {
            await next(context);
        }
    }

    // A client's own id is kept only while it is harmless in a header and in a log line.
    private static string Choose(string? sent) => sent is not null && Form().IsMatch(sent) ? sent : Guid.NewGuid().ToString();

    [GeneratedRegex(@"\A[A-Za-z0-9_-]{1,255}\z", RegexOptions.CultureInvariant)]
    private static partial Regex Form();
}
