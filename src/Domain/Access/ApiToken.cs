using ErrorOr;

namespace Libra.Deploy.Domain.Access;

/// <summary>A credential of this service, for machines: bound to one organization or to all, to scopes, and to an end.</summary>
public sealed class ApiToken
{
    private readonly List<string> _scopes = [];

    private ApiToken()
    {
    }

    private ApiToken(ApiTokenId id, TokenSecret secret, TokenGrant grant, DateTimeOffset now)
    {
        Id = id;
        Prefix = secret.Prefix;
        Hash = secret.Hash();
        Name = grant.Name;
        OrganizationId = grant.OrganizationId;
        UserId = grant.UserId;
        _scopes.AddRange(grant.Scopes.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal));
        ExpiresAt = grant.ExpiresAt;
        CreatedAt = now;
    }

    public ApiTokenId Id { get; private set; }

    /// <summary>What its owner calls it.</summary>
    public string Name { get; private set; } = string.Empty;

    /// <summary>The start of the secret, by which its owner recognises it.</summary>
    public string Prefix { get; private set; } = string.Empty;

    /// <summary>What is kept of the secret.</summary>
    public TokenHash Hash { get; private set; } = null!;

    /// <summary>The one organization that it is good for; null for all.</summary>
    public string? OrganizationId { get; private set; }

    /// <summary>The user that it acts for; null for any user of its organization.</summary>
    public string? UserId { get; private set; }

    public IReadOnlyList<string> Scopes => _scopes;

    /// <summary>When it stops being good; null for never.</summary>
    public DateTimeOffset? ExpiresAt { get; private set; }

    public DateTimeOffset CreatedAt { get; private set; }

    /// <summary>When it was taken back; null while it was not.</summary>
    public DateTimeOffset? RevokedAt { get; private set; }

    /// <summary>When it was last seen, give or take a minute; null for never.</summary>
    public DateTimeOffset? LastUsedAt { get; private set; }

    /// <summary>Makes a token for a grant; the secret is the caller's to hand out, and cannot be had again.</summary>
    public static ErrorOr<ApiToken> Issue(ApiTokenId id, TokenSecret secret, TokenGrant grant, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(secret);
        ArgumentNullException.ThrowIfNull(grant);
        if (grant.Scopes.FirstOrDefault(scope => !Access.Scopes.All.Contains(scope)) is { } unknown)
            return AccessErrors.UnknownScope(unknown);
        if (grant.Scopes.Count == 0) return AccessErrors.NoScope;
        if (grant.ExpiresAt <= now) return AccessErrors.ExpiryInThePast;
        // An administrator sees every organization, so a token that claims to be bound to one would lie.
        if (grant.OrganizationId is not null && grant.Scopes.Contains(Access.Scopes.Admin)) return AccessErrors.BoundAdmin;

        return new ApiToken(id, secret, grant, now);
    }

    /// <summary>Takes the token back for good.</summary>
    public ErrorOr<Success> Revoke(DateTimeOffset now)
    {
        if (RevokedAt is not null) return AccessErrors.AlreadyRevoked(Id);

        RevokedAt = now;
        return Result.Success;
    }

    /// <summary>True while a call with the token is to be let in.</summary>
    public bool IsGoodAt(DateTimeOffset now) => RevokedAt is null && (ExpiresAt is null || now < ExpiresAt);

    /// <summary>The caller that the token stands for.</summary>
    public Caller ToCaller() => new(
        CallerKind.ApiToken, UserId ?? $"token {Id}", UserId, OrganizationId is null ? null : [OrganizationId], _scopes);
}
