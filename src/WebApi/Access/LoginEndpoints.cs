using Libra.Deploy.Application.Access;
using Libra.Deploy.Domain.Access;
using Microsoft.Extensions.Options;

namespace Libra.Deploy.WebApi.Access;

/// <summary>Where a browser without credentials is sent.</summary>
internal sealed record LoginPath(string Path);

/// <summary>Signing in to the dashboard with an API token, and out again.</summary>
internal static class LoginEndpoints
{
    public const string Login = LoginCookie.Area + "/login";
    private const string Logout = LoginCookie.Area + "/logout";
    private const string Html = "text/html; charset=utf-8";

    public static void MapLogin(this IEndpointRouteBuilder routes)
    {
        routes.MapGet(Login, ShowAsync).AllowPublic().ExcludeFromDescription();
        routes.MapPost(Login, SignInAsync).AllowPublic().ExcludeFromDescription();
        routes.MapPost(Logout, SignOut).AllowPublic().ExcludeFromDescription();
    }

    private static async Task<IResult> ShowAsync(HttpContext http, IApiTokenCallers callers)
    {
        var secret = LoginCookie.Read(http.Request);
        var caller = secret is null ? null : await callers.FindAsync(secret, http.RequestAborted);
        return Page(http, caller is null ? Form : SignedIn, StatusCodes.Status200OK);
    }

    private static async Task<IResult> SignInAsync(HttpContext http, IApiTokenCallers callers, IOptions<AccessOptions> access)
    {
        // Else another site could sign a visitor in under a name of its own choice.
        if (!LoginCookie.IsSameOrigin(http.Request) || !http.Request.HasFormContentType)
            return Refused(http, "The form was not sent from this page.");

        var form = await http.Request.ReadFormAsync(http.RequestAborted);
        var secret = access.Value.ApiTokens ? TokenSecret.TryParse(form["token"].ToString().Trim()) : null;
        var caller = secret is null ? null : await callers.FindAsync(secret, http.RequestAborted);
        if (caller is null) return Refused(http, "This token is unknown, revoked or expired.");
        if (!DashboardAccess.MayLook(caller))
            return Refused(http, "The dashboard shows all organizations: it needs a token for all of them with the scope operations:read.");

        LoginCookie.Write(http, secret!);
        return Redirect(http, LoginCookie.Area);
    }

    private static IResult SignOut(HttpContext http)
    {
        if (!LoginCookie.IsSameOrigin(http.Request)) return Refused(http, "The form was not sent from this page.");

        LoginCookie.Clear(http);
        return Redirect(http, Login);
    }

    // 303, so that the browser asks for the next page with GET.
    private static IResult Redirect(HttpContext http, string path)
    {
        http.Response.Headers.Location = path;
        return Results.StatusCode(StatusCodes.Status303SeeOther);
    }

    private static IResult Refused(HttpContext http, string why) =>
        Page(http, $"<p class=\"error\" role=\"alert\">{why}</p>{Form}", StatusCodes.Status403Forbidden);

    private static IResult Page(HttpContext http, string content, int status)
    {
        http.Response.Headers.CacheControl = "no-store";
        return Results.Content(Frame.Replace("<!-- content -->", content, StringComparison.Ordinal), Html, statusCode: status);
    }

    private const string Form =
        $"""
        <form method="post" action="{Login}">
          <label for="token">API token</label>
          <input id="token" name="token" type="password" autocomplete="current-password" placeholder="ldt_…" required autofocus>
          <button>Sign in</button>
        </form>
        """;

    private const string SignedIn =
        $"""
        <p>You are signed in.</p>
        <p><a href="{LoginCookie.Area}">To the dashboard</a></p>
        <form method="post" action="{Logout}"><button>Sign out</button></form>
        """;

    private const string Frame =
        """
        <!doctype html>
        <html lang="en">
        <head>
          <meta charset="utf-8">
          <meta name="viewport" content="width=device-width, initial-scale=1">
          <title>Sign in · Libra Deploy</title>
          <style>
            :root { color-scheme: light dark; }
            body { margin: 0; min-height: 100vh; display: grid; place-items: center; background: light-dark(#f6f7f9, #10141a); color: light-dark(#18212e, #e6ebf2); font: 16px/1.5 system-ui, sans-serif; }
            main { box-sizing: border-box; width: min(26rem, 92vw); padding: 2rem; background: light-dark(#fff, #181e27); border: 1px solid light-dark(#dbe1e9, #2b3543); border-radius: 12px; }
            a { color: light-dark(#2f52c2, #8fb0ff); }
            :focus-visible { outline: 3px solid light-dark(#2f52c2, #8fb0ff); outline-offset: 2px; }
            h1 { margin: 0 0 1rem; font-size: 1.4rem; }
            label { display: block; margin-bottom: .3rem; }
            input { box-sizing: border-box; width: 100%; padding: .5rem; border: 1px solid light-dark(#7c889b, #66748a); border-radius: 9px; font: inherit; }
            button { margin-top: 1rem; padding: .5rem 1rem; border: 0; border-radius: 9px; background: light-dark(#2f52c2, #8fb0ff); color: light-dark(#fff, #0d1526); font: inherit; cursor: pointer; }
            .error { padding: .6rem .8rem; border-radius: 9px; background: light-dark(#fcebea, #3a1f20); color: light-dark(#b3261e, #ff9c94); }
          </style>
        </head>
        <body><main><h1>Libra Deploy</h1><!-- content --></main></body>
        </html>
        """;
}
