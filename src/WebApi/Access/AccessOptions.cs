namespace Libra.Deploy.WebApi.Access;

/// <summary>
/// Which credentials are accepted; the sessions' own settings are <see cref="Infrastructure.Access.PlatformSessionOptions"/>.
/// </summary>
internal sealed class AccessOptions
{
    /// <summary>Whether tokens of this service are accepted.</summary>
    public bool ApiTokens { get; set; } = true;

    /// <summary>JWTs of the platform's issuer.</summary>
    public JwtOptions Jwt { get; set; } = new();
}

/// <summary>Whose JWTs are accepted, and what their claims mean.</summary>
internal sealed class JwtOptions
{
    /// <summary>Issuer with OpenID discovery; without it and <see cref="JwksUrl"/> no JWT is accepted.</summary>
    public Uri? Authority { get; set; }

    /// <summary>Address of the issuer's keys, for one without discovery; <see cref="Issuer"/> must then be set.</summary>
    public Uri? JwksUrl { get; set; }

    /// <summary>The <c>iss</c> that tokens must have; null takes the one that discovery names.</summary>
    public string? Issuer { get; set; }

    /// <summary>The <c>aud</c> that tokens must have: without one, a token for any other service of the issuer would do.</summary>
    public string? Audience { get; set; }

    /// <summary>Signature algorithms that are accepted; empty means RS256, PS256 and ES256.</summary>
    /// <remarks>Only ones with a public key: with a shared one, whoever knows the issuer's public key could forge.</remarks>
    public IReadOnlyList<string> Algorithms { get; set; } = [];

    /// <summary>How far the issuer's clock may be off.</summary>
    public TimeSpan ClockSkew { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>How long the issuer may take to answer with its keys.</summary>
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>Claim that names the user.</summary>
    public string UserClaim { get; set; } = "sub";

    /// <summary>Claim that names the organizations: a text or a list of texts.</summary>
    public string OrganizationsClaim { get; set; } = "organizations";

    /// <summary>Claim that names scopes: a list, or one text with spaces in it.</summary>
    public string ScopesClaim { get; set; } = "scope";

    /// <summary>Claim that names roles: a text or a list of texts.</summary>
    public string RolesClaim { get; set; } = "role";

    /// <summary>What each role may do.</summary>
    public IReadOnlyDictionary<string, string[]> RoleScopes { get; set; } = new Dictionary<string, string[]>();

    /// <summary>What every user of the issuer may do in its organizations.</summary>
    public IReadOnlyList<string> Scopes { get; set; } = [];

    /// <summary>True when JWTs are accepted at all.</summary>
    public bool Enabled => Authority is not null || JwksUrl is not null;
}
