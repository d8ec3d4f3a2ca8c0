namespace Libra.Deploy.Domain.Access;

/// <summary>How a caller proved who it is.</summary>
public enum CallerKind
{
    /// <summary>A token of this service.</summary>
    ApiToken,

    /// <summary>A JWT of the platform's issuer.</summary>
    Jwt,

    /// <summary>A session of a person at the platform.</summary>
    Session,
}

/// <summary>Who calls, and what this caller may see and do. Anything that is not given is denied.</summary>
public sealed class Caller
{
    private readonly HashSet<string> _organizations;
    private readonly HashSet<string> _scopes;

    /// <param name="kind">How the caller proved who it is.</param>
    /// <param name="id">Names the caller in the log: the user, or the token of one that acts for any user.</param>
    /// <param name="userId">Whom the caller acts for; null for a service that acts for any user of its organizations.</param>
    /// <param name="organizations">Where it may act; null for all organizations.</param>
    /// <param name="scopes">What it may do.</param>
    public Caller(CallerKind kind, string id, string? userId, IEnumerable<string>? organizations, IEnumerable<string> scopes)
    {
        Kind = kind;
        Id = id;
        UserId = userId;
        _scopes = new HashSet<string>(scopes, StringComparer.Ordinal);
        _organizations = new HashSet<string>(organizations ?? [], StringComparer.Ordinal);
        SeesAllOrganizations = organizations is null || IsAdmin;
    }

    public CallerKind Kind { get; }

    /// <summary>Names the caller in the log.</summary>
    public string Id { get; }

    /// <summary>The user behind the call; null for a service that acts for any user of its organizations.</summary>
    public string? UserId { get; }

    /// <summary>True when no organization is hidden from the caller.</summary>
    public bool SeesAllOrganizations { get; }

    /// <summary>The organizations named for the caller; says nothing when it sees all.</summary>
    public IReadOnlyCollection<string> Organizations => _organizations;

    /// <summary>The scopes as given.</summary>
    public IReadOnlyCollection<string> Scopes => _scopes;

    /// <summary>True for one that may do everything everywhere.</summary>
    public bool IsAdmin => _scopes.Contains(Access.Scopes.Admin);

    /// <summary>True when there is an organization at all in which the caller may act.</summary>
    public bool BelongsSomewhere => SeesAllOrganizations || _organizations.Count > 0;

    /// <summary>True when the caller may do what the scope stands for.</summary>
    public bool Has(string scope) => IsAdmin || _scopes.Contains(scope);

    /// <summary>True when what belongs to the organization is not hidden from the caller.</summary>
    public bool MaySee(string organizationId) => SeesAllOrganizations || _organizations.Contains(organizationId);

    /// <summary>True when the caller may name this user as the one who acts.</summary>
    public bool MayActFor(string userId) => IsAdmin || UserId is null || string.Equals(UserId, userId, StringComparison.Ordinal);

    /// <inheritdoc />
    public override string ToString() => $"{Kind} {Id}";
}
