using System.Text.Encodings.Web;
using Libra.Deploy.Application.Access;
using Libra.Deploy.Domain.Access;
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
    : CredentialAuthentication<SessionCredential>(options, logger, encoder)
{
    protected override string Refusal => "The platform does not vouch for the session.";

    protected override SessionCredential? CredentialOf(HttpRequest request) => credentials.Session(request);

    protected override ValueTask<Caller?> FindAsync(SessionCredential credential, CancellationToken cancellationToken) =>
        sessions.FindAsync(credential, cancellationToken);
}
