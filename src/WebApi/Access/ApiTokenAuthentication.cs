using System.Text.Encodings.Web;
using Libra.Deploy.Application.Access;
using Libra.Deploy.Domain.Access;
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
    : CredentialAuthentication<TokenSecret>(options, logger, encoder)
{
    protected override string Refusal => "The API token is unknown, revoked or expired.";

    protected override TokenSecret? CredentialOf(HttpRequest request) => credentials.ApiToken(request);

    protected override ValueTask<Caller?> FindAsync(TokenSecret credential, CancellationToken cancellationToken) =>
        Context.GetEndpoint()?.Metadata.GetMetadata<WithoutDatabase>() is null
            ? callers.FindAsync(credential, cancellationToken)
            : callers.FindOrRememberAsync(credential, cancellationToken);
}
