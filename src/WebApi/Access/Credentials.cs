using Libra.Deploy.Application.Access;
using Libra.Deploy.Domain.Access;
using Libra.Deploy.Infrastructure.Access;
using Libra.Deploy.WebApi.Http;
using Microsoft.Extensions.Options;

namespace Libra.Deploy.WebApi.Access;

/// <summary>Reads what a request brings to prove who calls, and tells by its form which check it is for.</summary>
internal sealed class Credentials(IOptions<AccessOptions> access, IOptions<PlatformSessionOptions> sessions, AllowedOrigins origins)
{
    private const string BearerPrefix = "Bearer ";
    private const int LongestCredential = 8 * 1024;

    private bool SessionsEnabled => sessions.Value.PlatformUrl is not null;

    /// <summary>The scheme that can check the request; a bearer token goes before a cookie.</summary>
    public string SchemeOf(HttpContext context)
    {
        if (Bearer(context.Request) is not { } token)
            return SessionsEnabled && LoginCookie.Read(context.Request) is null ? Schemes.Session : Schemes.ApiToken;
        if (token.StartsWith(TokenSecret.Mark, StringComparison.Ordinal)) return Schemes.ApiToken;
        if (access.Value.Jwt.Enabled && LooksLikeJwt(token)) return Schemes.Jwt;
        return SessionsEnabled ? Schemes.Session : Schemes.ApiToken;
    }

    /// <summary>The API token that was sent; null when there is none, or they are switched off.</summary>
    public TokenSecret? ApiToken(HttpRequest request) => !access.Value.ApiTokens ? null
        : Bearer(request) is { } bearer ? TokenSecret.TryParse(bearer)
        : LoginCookie.Read(request);

    /// <summary>The session that was sent; null when there is none.</summary>
    public SessionCredential? Session(HttpRequest request)
    {
        if (Bearer(request) is { } token) return token.Length <= LongestCredential ? SessionCredential.FromBearer(token) : null;
        if (IsForged(request)) return null;

        var name = sessions.Value.CookieNames.FirstOrDefault(request.Cookies.ContainsKey);
        return name is not null && request.Cookies[name] is { Length: > 0 and <= LongestCredential } value
            ? SessionCredential.FromCookie(name, value)
            : null;
    }

    private static string? Bearer(HttpRequest request)
    {
        var header = request.Headers.Authorization;
        if (header.Count != 1 || header[0] is not { } value) return null;
        if (!value.StartsWith(BearerPrefix, StringComparison.OrdinalIgnoreCase)) return null;

        var token = value[BearerPrefix.Length..].Trim();
        return token.Length > 0 ? token : null;
    }

    // better-auth's own bearer tokens have one dot, a signed JWT has two and starts with an encoded '{"'.
    private static bool LooksLikeJwt(string token) => token.StartsWith("ey", StringComparison.Ordinal) && token.Count(c => c == '.') == 2;

    // A browser sends cookies along with what any page tells it to post, and says which page that was.
    private bool IsForged(HttpRequest request)
    {
        if (HttpMethods.IsGet(request.Method) || HttpMethods.IsHead(request.Method)) return false;
        var origin = request.Headers.Origin.ToString();
        return origin.Length > 0 && !LoginCookie.IsSameOrigin(request) && !origins.Contains(origin);
    }
}
