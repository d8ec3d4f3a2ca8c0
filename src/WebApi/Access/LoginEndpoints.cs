using Libra.Deploy.Application.Access;
using Libra.Deploy.Domain.Access;
using Libra.Deploy.WebApi.Http;
using Microsoft.Extensions.Options;

namespace Libra.Deploy.WebApi.Access;

/// <summary>Where a browser without credentials is sent.</summary>
internal sealed record LoginPath(string Path);

/// <summary>Signing in to the dashboard with an API token, and out again.</summary>
internal static class LoginEndpoints
{
    public const string Login = LoginCookie.Area + "/login";
    public const string Logout = LoginCookie.Area + "/logout";

    private const string Back = "back";

    /// <summary>The sign-in for somebody whose form came too late: it says so, and leads back to the page of the form.</summary>
    public static string LeadingBackTo(string login, PathString page) => $"{login}?{Back}={page.ToUriComponent()}";

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
        if (caller is not null) return Page(http, LoginPage.SignedIn, StatusCodes.Status200OK);

        var action = ActionOf(http.Request);
        var form = action == Login
            ? LoginPage.Form(action)
            : LoginPage.Refusal("You were no longer signed in, so nothing was done.", action);
        return Page(http, form, StatusCodes.Status200OK);
    }

    private static async Task<IResult> SignInAsync(HttpContext http, IApiTokenCallers callers, IOptions<AccessOptions> access)
    {
        // Otherwise another site could sign a visitor in under a name of its own choice.
        if (!LoginCookie.IsSameOrigin(http.Request) || !http.Request.HasFormContentType)
            return Refused(http, "The form was not sent from this page.");

        var form = await FormBody.ReadAsync(http.Request, http.RequestAborted);
        if (form.IsError) return form.Errors.ToProblem();

        var secret = access.Value.ApiTokens ? TokenSecret.TryParse(form.Value["token"].ToString().Trim()) : null;
        var caller = secret is null ? null : await callers.FindAsync(secret, http.RequestAborted);
        if (caller is null) return Refused(http, "This token is unknown, revoked or expired.");
        if (!DashboardAccess.MayLook(caller))
            return Refused(http, "The dashboard shows all organizations: it needs a token for all of them with the scope operations:read.");

        LoginCookie.Write(http, secret!);
        return Redirect(http, BackFrom(http.Request) ?? LoginCookie.Area);
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
        Page(http, LoginPage.Refusal(why, ActionOf(http.Request)), StatusCodes.Status403Forbidden);

    private static string ActionOf(HttpRequest request) => BackFrom(request) is { } back ? LeadingBackTo(Login, back) : Login;

    // Only to a page of the dashboard, and to nothing that would have to be encoded: an address that somebody else made leads nowhere else.
    private static string? BackFrom(HttpRequest request) =>
        request.Query[Back].ToString() is var path
        && path.StartsWith($"{LoginCookie.Area}/", StringComparison.Ordinal)
        && path.All(c => char.IsAsciiLetterOrDigit(c) || c is '/' or '-')
            ? path
            : null;

    private static IResult Page(HttpContext http, string content, int status)
    {
        http.Response.Headers.CacheControl = "no-store";
        return Results.Content(LoginPage.Around(content), "text/html; charset=utf-8", statusCode: status);
    }
}
