using System.Security.Claims;
using Libra.Deploy.Domain.Access;

namespace Libra.Deploy.WebApi.Access;

/// <summary>Reads a caller from the claims of a JWT whose signature was checked.</summary>
internal static class JwtCallers
{
    /// <summary>The caller; null when the claims name no user.</summary>
    public static Caller? From(ClaimsPrincipal claims, JwtOptions options)
    {
        var user = claims.FindFirst(options.UserClaim)?.Value;
        return string.IsNullOrEmpty(user)
            ? null
            : new Caller(CallerKind.Jwt, user, user, Values(claims, options.OrganizationsClaim), ScopesOf(claims, options));
    }

    // A word that is not a scope of ours is meant for another service of the issuer.
    private static IEnumerable<string> ScopesOf(ClaimsPrincipal claims, JwtOptions options)
    {
        var named = Values(claims, options.ScopesClaim).SelectMany(value => value.Split(' ')).Where(Scopes.All.Contains);
        var byRole = Values(claims, options.RolesClaim).SelectMany(role => options.RoleScopes.GetValueOrDefault(role) ?? []);
        return named.Concat(byRole).Concat(options.Scopes);
    }

    private static IEnumerable<string> Values(ClaimsPrincipal claims, string type) =>
        claims.FindAll(type).Select(claim => claim.Value).Where(value => value.Length > 0);
}
