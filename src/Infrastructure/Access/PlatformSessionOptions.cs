namespace Libra.Deploy.Infrastructure.Access;

/// <summary>How sessions of the platform are checked.</summary>
public sealed class PlatformSessionOptions
{
    /// <summary>Base address of the platform; without one no session is accepted.</summary>
    public Uri? PlatformUrl { get; set; }

    /// <summary>Where the platform tells whose a session is.</summary>
    public string Path { get; set; } = "/api/auth/get-session";

    /// <summary>Cookies that may hold a session; no other cookie is ever passed on. Empty means those of better-auth.</summary>
    public IReadOnlyList<string> CookieNames { get; set; } = [];

    /// <summary>How long an answer is believed: a session that was ended there lives on here that long.</summary>
    public TimeSpan CacheFor { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>How long the platform may take to answer.</summary>
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(3);

    /// <summary>What a person with a session may do in its active organization. Empty means reading and writing deployments.</summary>
    public IReadOnlyList<string> Scopes { get; set; } = [];

    /// <summary>Roles at the platform whose people get the scope admin as well; none unless named.</summary>
    public IReadOnlyList<string> AdminRoles { get; set; } = [];

    // Not initial values: the binder would add configured ones to those, and nothing could be taken away.
    internal void FillIn()
    {
        if (CookieNames.Count == 0) CookieNames = ["__Secure-better-auth.session_token", "better-auth.session_token"];
        if (Scopes.Count == 0) Scopes = [Domain.Access.Scopes.DeploymentsRead, Domain.Access.Scopes.DeploymentsWrite];
    }
}
