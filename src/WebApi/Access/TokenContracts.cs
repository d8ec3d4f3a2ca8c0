using System.ComponentModel.DataAnnotations;
using Libra.Deploy.Application.Access;

namespace Libra.Deploy.WebApi.Access;

/// <summary>A new token.</summary>
/// <param name="Secret">The whole token; it is never shown again.</param>
internal sealed record CreatedTokenResponse(
    bool Success,
    Guid Id,
    string Secret,
    string Name,
    string Prefix,
    string? OrganizationId,
    string? UserId,
    IReadOnlyList<string> Scopes,
    DateTimeOffset CreatedAt,
    DateTimeOffset? ExpiresAt)
{
    public static CreatedTokenResponse Of(IssuedToken issued) => new(
        true, issued.Token.Id, issued.Secret.Reveal(), issued.Token.Name, issued.Token.Prefix, issued.Token.OrganizationId,
        issued.Token.UserId, issued.Token.Scopes, issued.Token.CreatedAt, issued.Token.ExpiresAt);
}

/// <summary>A token, without its secret.</summary>
internal sealed record TokenResponse(bool Success, TokenSummary Token);

/// <summary>All tokens, without their secrets.</summary>
internal sealed record TokenListResponse(bool Success, IReadOnlyList<TokenSummary> Tokens);

/// <summary>A token that is no longer good.</summary>
internal sealed record TokenRevokedResponse(bool Success, Guid Id);

/// <summary>The body of <c>POST /tokens</c>, for its description.</summary>
/// <param name="OrganizationId">Where the token is good; everywhere when it is missing.</param>
/// <param name="UserId">Whom the token acts for; any user of its organizations when it is missing.</param>
/// <param name="ExpiresAt">Never when it is missing.</param>
internal sealed record TokenBody(
    [property: Length(1, 100)] string Name,
    [property: MinLength(1)] IReadOnlyList<string> Scopes,
    [property: MaxLength(255)] string? OrganizationId = null,
    [property: MaxLength(255)] string? UserId = null,
    DateTimeOffset? ExpiresAt = null);
