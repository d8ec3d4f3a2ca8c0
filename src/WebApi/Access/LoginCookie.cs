using System.Net;
using Libra.Deploy.Domain.Access;

namespace Libra.Deploy.WebApi.Access;

/// <summary>
/// An API token in a cookie, for people who look at the dashboard. The browser sends it to the dashboard only and never along
/// with another site's request, and we take it only from requests that our own pages made.
/// </summary>
internal static class LoginCookie
{
    /// <summary>Where the dashboard lives, and where alone the cookie counts.</summary>
    public const string Area = "/hangfire";

    private const string PlainName = "libra_login";
    private const string SecureName = "__Secure-" + PlainName; // a browser takes it from nobody who does not speak HTTPS
    private static readonly TimeSpan Lifetime = TimeSpan.FromHours(12);

    /// <summary>The token in the cookie; null when there is none or another site may be behind the request.</summary>
    public static TokenSecret? Read(HttpRequest request) =>
        request.Path.StartsWithSegments(Area, StringComparison.Ordinal)
            && (IsSafe(request.Method) ? !IsFromAScriptElsewhere(request) : IsSameOrigin(request))
            ? TokenSecret.TryParse(request.Cookies[NameFor(request.HttpContext)])
            : null;

    public static void Write(HttpContext http, TokenSecret secret) =>
        http.Response.Cookies.Append(NameFor(http), secret.Reveal(), Options(http, Lifetime));

    public static void Clear(HttpContext http) => http.Response.Cookies.Delete(NameFor(http), Options(http, null));

    /// <summary>True when the browser says that a page of ours made the request; one that says nothing is not believed.</summary>
    public static bool IsSameOrigin(HttpRequest request)
    {
        var site = request.Headers["Sec-Fetch-Site"].ToString();
        return site.Length > 0 ? site == "same-origin" : request.Headers.Origin == $"{request.Scheme}://{request.Host}";
    }

    // SameSite keeps other sites' requests off, but a deployed project below the same domain is no other site. What the browser goes to
    // by itself, a link for instance, shows the page to nobody but the person in front of it.
    private static bool IsFromAScriptElsewhere(HttpRequest request) =>
        request.Headers["Sec-Fetch-Site"].ToString() is "same-site" or "cross-site"
        && request.Headers["Sec-Fetch-Mode"].ToString() != "navigate";

    /// <summary>True where a cookie is for HTTPS alone.</summary>
    /// <remarks>
    /// Not asked of the request: behind a proxy that speaks TLS for us it comes as plain HTTP. Only at a developer's own machine is there
    /// no TLS at all.
    /// </remarks>
    public static bool IsSecure(HttpContext http) =>
        !(http.RequestServices.GetRequiredService<IWebHostEnvironment>().IsDevelopment()
            && http.Connection.LocalIpAddress is { } address && IPAddress.IsLoopback(address));

    private static bool IsSafe(string method) => HttpMethods.IsGet(method) || HttpMethods.IsHead(method);

    private static string NameFor(HttpContext http) => IsSecure(http) ? SecureName : PlainName;

    private static CookieOptions Options(HttpContext http, TimeSpan? lifetime) => new()
    {
        HttpOnly = true,
        SameSite = SameSiteMode.Strict,
        Secure = IsSecure(http),
        Path = Area,
        MaxAge = lifetime,
        IsEssential = true,
    };
}
