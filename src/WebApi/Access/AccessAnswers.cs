using Libra.Deploy.WebApi.Http;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Authorization.Policy;

namespace Libra.Deploy.WebApi.Access;

/// <summary>Gives strangers and callers without the right the answers of the contract.</summary>
internal sealed class AccessAnswers : IAuthorizationMiddlewareResultHandler
{
    public async Task HandleAsync(
        RequestDelegate next, HttpContext context, AuthorizationPolicy policy, PolicyAuthorizationResult authorizeResult)
    {
        if (authorizeResult.Succeeded)
        {
            await next(context);
            return;
        }

        var known = context.FindCaller() is not null;
        if (!known && LoginFor(context) is { } login)
        {
            // 303, so that the browser asks for the page with GET whatever it has sent here.
            context.Response.StatusCode =
                HttpMethods.IsGet(context.Request.Method) ? StatusCodes.Status302Found : StatusCodes.Status303SeeOther;
            context.Response.Headers.Location = login;
            return;
        }

        if (!known) context.Response.Headers.WWWAuthenticate = "Bearer";
        await (known ? Problems.Forbidden : Problems.Unauthorized).ToProblem().ExecuteAsync(context);
    }

    /// <summary>True when a browser will show the answer to somebody.</summary>
    public static bool IsForAPerson(HttpRequest request) =>
        request.Headers.Accept.ToString().Contains("text/html", StringComparison.OrdinalIgnoreCase);

    // A person gets a page to sign in, a program the refusal, and so does whatever another site sends.
    private static string? LoginFor(HttpContext context)
    {
        var request = context.Request;
        if (!IsForAPerson(request)) return null;

        var login = context.GetEndpoint()?.Metadata.GetMetadata<LoginPath>()?.Path;
        if (HttpMethods.IsGet(request.Method)) return login;
        return login is not null && HttpMethods.IsPost(request.Method) && LoginCookie.IsSameOrigin(request)
            ? LoginEndpoints.LeadingBackTo(login, request.Path)
            : null;
    }
}
