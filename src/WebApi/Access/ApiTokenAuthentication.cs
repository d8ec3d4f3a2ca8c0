using System.Security.Claims;
using System.Text.Encodings.Web;
using Libra.Deploy.Application.Access;
using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.Options;

namespace Libra.Deploy.WebApi.Access;

/// <summary>Lets callers in with a token of this service.</summary>
internal sealed class ApiTokenAuthentication(
    IOptionsMonitor<AuthenticationSchemeOptions> options,
    ILoggerFactory logger,
    UrlEncoder encoder,
    Credentials credentials,
    IApiTokenCallers callers)
    : AuthenticationHandler<AuthenticationSchemeOptions>(options, logger, encoder)
{
    protected override async Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        if (credentials.ApiToken(Request) is not { } secret) return AuthenticateResult.NoResult();

        var caller = Context.GetEndpoint()?.Metadata.GetMetadata<WithoutDatabase>() is null
            ? await callers.FindAsync(secret, Context.RequestAborted)
            : await callers.FindOrRememberAsync(secret, Context.RequestAborted);
        return caller is null
            ? AuthenticateResult.Fail("The API token is unknown, revoked or expired.")
            : AuthenticateResult.Success(new AuthenticationTicket(new ClaimsPrincipal(new CallerIdentity(caller)), Scheme.Name));
    }
}
