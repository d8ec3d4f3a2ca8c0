using Libra.Deploy.Domain.Access;

namespace Libra.Deploy.Application.Access;

/// <summary>What may be shown of a token.</summary>
public sealed record TokenSummary(
    Guid Id,
    string Name,
    string Prefix,
    string? OrganizationId,
    string? UserId,
    IReadOnlyList<string> Scopes,
    DateTimeOffset CreatedAt,
    DateTimeOffset? ExpiresAt,
    DateTimeOffset? RevokedAt,
    DateTimeOffset? LastUsedAt)
{
    internal static TokenSummary Of(ApiToken token) => new(
        token.Id.Value, token.Name, token.Prefix, token.OrganizationId, token.UserId, token.Scopes,
        token.CreatedAt, token.ExpiresAt, token.RevokedAt, token.LastUsedAt);
}
