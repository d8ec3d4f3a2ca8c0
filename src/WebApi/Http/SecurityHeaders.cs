namespace Libra.Deploy.WebApi.Http;

/// <summary>Headers that keep a browser from doing more with an answer than it should.</summary>
internal sealed class SecurityHeaders(RequestDelegate next)
{
    // Styles may stand in the page (the dashboard and the API reference do that), scripts may not.
    private const string HtmlPolicy =
        "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self' data:; "
        + "connect-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

    /// <summary>Adds the headers when the answer starts; a page that needs another content policy has set its own by then.</summary>
    public Task InvokeAsync(HttpContext context)
    {
        context.Response.OnStarting(() =>
        {
            var headers = context.Response.Headers;
            headers.XContentTypeOptions = "nosniff";
            headers.XFrameOptions = "DENY";
            headers["Referrer-Policy"] = "no-referrer";
            if (IsHtml(context.Response.ContentType) && headers.ContentSecurityPolicy.Count == 0)
                headers.ContentSecurityPolicy = HtmlPolicy;
            return Task.CompletedTask;
        });
        return next(context);
    }

    private static bool IsHtml(string? contentType) =>
        contentType?.StartsWith("text/html", StringComparison.OrdinalIgnoreCase) is true;
}
