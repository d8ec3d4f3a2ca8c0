using Libra.Deploy.Domain.Access;
using Libra.Deploy.Infrastructure.Credentials;
using Microsoft.Extensions.Options;

namespace Libra.Deploy.WebApi.Access;

/// <summary>Stops the start, with a sentence, when JWTs would be accepted on terms that are not safe.</summary>
internal sealed class AccessOptionsValidator : IValidateOptions<AccessOptions>
{
    private static readonly TimeSpan LargestSkew = TimeSpan.FromMinutes(5);
    private static readonly string[] PublicKeyAlgorithms = [
        "RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512"];

    public ValidateOptionsResult Validate(string? name, AccessOptions options)
    {
        var failures = options.Jwt.Enabled ? Failures(options.Jwt).ToList() : [];
        return failures.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(failures);
    }

    private static IEnumerable<string> Failures(JwtOptions jwt)
    {
        if (string.IsNullOrEmpty(jwt.Audience)) yield return "JWTs need the audience that they must be made for.";
        if (jwt.Authority is null && string.IsNullOrEmpty(jwt.Issuer))
            yield return "JWTs checked with a key address need the issuer's name.";
        if (new[] { jwt.Authority, jwt.JwksUrl }.OfType<Uri>().Any(address => !SafeAddress.Is(address)))
            yield return "The JWT issuer's addresses must be https, or http on this machine.";
        foreach (var algorithm in jwt.Algorithms.Except(PublicKeyAlgorithms, StringComparer.Ordinal))
            yield return $"JWTs cannot be accepted with the algorithm '{algorithm}': choose from {string.Join(", ", PublicKeyAlgorithms)}.";
        foreach (var scope in jwt.RoleScopes.Values.SelectMany(scopes => scopes).Concat(jwt.Scopes)
            .Except(Scopes.All, StringComparer.Ordinal))
            yield return $"JWT roles name the scope '{scope}', which does not exist.";
        if (jwt.ClockSkew < TimeSpan.Zero || jwt.ClockSkew > LargestSkew)
            yield return "The clock skew of JWTs must be between zero and five minutes.";
    }
}
