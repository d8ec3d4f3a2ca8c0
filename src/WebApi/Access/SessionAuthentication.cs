using System.Security.Claims;
using System.Text.Encodings.Web;
using Libra.Deploy.Application.Access;
using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.Options;

namespace Libra.Deploy.WebApi.Access;

/// <summary>Lets people in who have a session at the platform.</summary>
internal sealed class SessionAuthentication(
    IOptionsMonitor<AuthenticationSchemeOptions> options,
    ILoggerFactory logger,
    UrlEncoder encoder,
    Credentials credentials,
    IPlatformSessions sessions)
    : AuthenticationHandler<AuthenticationSchemeOptions>(options, logger, encoder)
{
    protected override async Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        if (credentials.Session(Request) is not { } credential) return AuthenticateResult.NoResult();

        var caller = await sessions.FindAsync(credential, Context.RequestAborted);
        return caller is null
            ? AuthenticateResult.Fail("The platform does not vouch for the session.")
            : AuthenticateResult.Success(new AuthenticationTicket(new ClaimsPrincipal(new CallerIdentity(caller)), Scheme.Name));
    }
}
