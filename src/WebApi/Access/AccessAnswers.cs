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
            context.Response.Redirect(login);
            return;
        }

        if (!known) context.Response.Headers.WWWAuthenticate = "Bearer";
        await (known ? Problems.Forbidden : Problems.Unauthorized).ToProblem().ExecuteAsync(context);
    }

    // A person gets a page to sign in, a program the refusal.
    private static string? LoginFor(HttpContext context) =>
        HttpMethods.IsGet(context.Request.Method)
            && context.Request.Headers.Accept.ToString().Contains("text/html", StringComparison.OrdinalIgnoreCase)
            ? context.GetEndpoint()?.Metadata.GetMetadata<LoginPath>()?.Path
            : null;
}
