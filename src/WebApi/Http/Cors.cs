using Microsoft.Extensions.Primitives;
using Microsoft.Net.Http.Headers;

namespace Libra.Deploy.WebApi.Http;

/// <summary>Cross-origin rules of the old services, whose exact headers the framework's own middleware cannot give.</summary>
/// <remarks>A foreign page is never refused; its browser just gets no leave to show it the answer.</remarks>
internal sealed class Cors(RequestDelegate next, AllowedOrigins origins)
{
    /// <summary>Header of an answer that is a page and no JSON: the cursor of the next one.</summary>
    public const string NextCursor = "X-Next-Cursor";

    private const string Exposed = "X-Request-Id,X-Response-Time";

    private static readonly string[] ExposedWhereTheyAre =
    [
        NextCursor, HeaderNames.ETag, HeaderNames.Location, HeaderNames.RetryAfter,
        "X-RateLimit-Limit", "X-RateLimit-Remaining", "X-RateLimit-Window",
    ];

    /// <summary>Answers preflights on any path and adds the headers to every other answer.</summary>
    public Task InvokeAsync(HttpContext context)
    {
        var preflight = HttpMethods.IsOptions(context.Request.Method);
        var origin = context.Request.Headers.Origin;
        context.Response.OnStarting(() =>
        {
            AddCommon(context.Response.Headers, origin);
            if (preflight) AddPreflight(context.Response.Headers);
            return Task.CompletedTask;
        });
        if (!preflight) return next(context);

        context.Response.StatusCode = StatusCodes.Status204NoContent;
        return Task.CompletedTask;
    }

    private void AddCommon(IHeaderDictionary headers, StringValues origin)
    {
        headers.Append(HeaderNames.Vary, "Origin");
        // Old clients know the two; others are named only where they are.
        headers.AccessControlExposeHeaders = string.Join(',', [Exposed, .. ExposedWhereTheyAre.Where(headers.ContainsKey)]);
        if (origin.Count == 0)
        {
            headers.AccessControlAllowCredentials = "true"; // old clients outside browsers saw it, and it gives them nothing
        }
        else if (origins.Contains(origin.ToString()))
        {
            headers.AccessControlAllowOrigin = origin;
            headers.AccessControlAllowCredentials = "true";
        }
    }

    private static void AddPreflight(IHeaderDictionary headers)
    {
        headers.Vary = "Origin, Access-Control-Request-Headers";
        headers.AccessControlAllowMethods = "GET,POST,PUT,DELETE,OPTIONS";
        headers.AccessControlAllowHeaders =
            "Content-Type,Authorization,X-Requested-With,Idempotency-Key,If-None-Match,Last-Event-ID,X-Request-Id,traceparent";
        headers.AccessControlMaxAge = "86400";
    }
}
