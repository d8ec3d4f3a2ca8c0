using System.Security.Claims;
using System.Text.Encodings.Web;
using Libra.Deploy.Domain.Access;
using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.Options;

namespace Libra.Deploy.WebApi.Access;

/// <summary>Lets in whoever brings a credential that somebody vouches for; a request without one is left to others.</summary>
internal abstract class CredentialAuthentication<TCredential>(
    IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory logger, UrlEncoder encoder)
    : AuthenticationHandler<AuthenticationSchemeOptions>(options, logger, encoder)
    where TCredential : class
{
    /// <summary>What is wrong with a credential that nobody vouches for.</summary>
    protected abstract string Refusal { get; }

    /// <summary>Null when the request brings none of this kind.</summary>
    protected abstract TCredential? CredentialOf(HttpRequest request);

    protected abstract ValueTask<Caller?> FindAsync(TCredential credential, CancellationToken cancellationToken);

    protected override async Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        if (CredentialOf(Request) is not { } credential) return AuthenticateResult.NoResult();

        var caller = await FindAsync(credential, Context.RequestAborted);
        return caller is null
            ? AuthenticateResult.Fail(Refusal)
            : AuthenticateResult.Success(new AuthenticationTicket(new ClaimsPrincipal(new CallerIdentity(caller)), Scheme.Name));
    }
}
