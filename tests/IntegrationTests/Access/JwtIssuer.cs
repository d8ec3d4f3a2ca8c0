using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace Libra.Deploy.IntegrationTests.Access;

/// <summary>An issuer of JWTs that publishes its keys, and can be made to publish and sign things that it should not.</summary>
internal sealed class JwtIssuer : IAsyncDisposable
{
    public const string Name = "https://issuer.example";
    public const string Audience = "libra-deploy";

    private readonly StubServer _server;

    private JwtIssuer(StubServer server, RsaSecurityKey rsa, ECDsaSecurityKey ec, SymmetricSecurityKey shared) =>
        (_server, Rsa, Ec, Shared) = (server, rsa, ec, shared);

    public RsaSecurityKey Rsa { get; }

    public ECDsaSecurityKey Ec { get; }

    /// <summary>A shared secret that the issuer published by mistake.</summary>
    public SymmetricSecurityKey Shared { get; }

    public Uri Keys => new(_server.Url, "/jwks");

    public static async Task<JwtIssuer> StartAsync()
    {
        var rsa = new RsaSecurityKey(RSA.Create(2048)) { KeyId = "rsa-1" };
        var ec = new ECDsaSecurityKey(ECDsa.Create(ECCurve.NamedCurves.nistP256)) { KeyId = "ec-1" };
        var shared = new SymmetricSecurityKey(RandomNumberGenerator.GetBytes(64)) { KeyId = "oct-1" };
        var published = JsonSerializer.Serialize(new { keys = new[] { Public(rsa), Public(ec), Public(shared) } });
        return new JwtIssuer(await StubServer.StartAsync(context => context.Response.WriteAsync(published)), rsa, ec, shared);
    }

    /// <summary>Settings that accept this issuer.</summary>
    public Dictionary<string, string?> Settings() => new()
    {
        ["Jwt:JwksUrl"] = Keys.ToString(),
        ["Jwt:Issuer"] = Name,
        ["Jwt:Audience"] = Audience,
        ["Jwt:ClockSkew"] = "00:00:30",
        ["Jwt:RoleScopes:deployer:0"] = "deployments:write",
        ["Jwt:RoleScopes:operator:0"] = "operations:read",
    };

    /// <summary>Signs good claims, but for what a test changes about them.</summary>
    public string Sign(SecurityKey? key = null, string algorithm = "RS256", Action<Dictionary<string, object?>>? change = null)
    {
        var claims = Claims(change);
        return new JsonWebTokenHandler { SetDefaultTimesOnTokenCreation = false }
            .CreateToken(JsonSerializer.Serialize(claims), new SigningCredentials(key ?? Rsa, algorithm));
    }

    /// <summary>Puts a token together by hand, for what no library would sign.</summary>
    public static string Forge(object header, Func<byte[], byte[]> sign)
    {
        var content = $"{Encode(header)}.{Encode(Claims(null))}";
        return $"{content}.{Base64UrlEncoder.Encode(sign(Encoding.ASCII.GetBytes(content)))}";
    }

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    private static Dictionary<string, object?> Claims(Action<Dictionary<string, object?>>? change)
    {
        var now = DateTimeOffset.UtcNow;
        var claims = new Dictionary<string, object?>
        {
            ["iss"] = Name,
            ["aud"] = Audience,
            ["sub"] = "u1",
            ["organizations"] = new[] { "o1", "o2" },
            ["scope"] = "openid deployments:read",
            ["exp"] = now.AddMinutes(5).ToUnixTimeSeconds(),
            ["nbf"] = now.AddMinutes(-5).ToUnixTimeSeconds(),
        };
        change?.Invoke(claims);
        return claims;
    }

    private static string Encode(object value) => Base64UrlEncoder.Encode(JsonSerializer.Serialize(value));

    private static Dictionary<string, string> Public(SecurityKey key)
    {
        if (key is SymmetricSecurityKey shared)
            return new() { ["kty"] = "oct", ["kid"] = key.KeyId, ["k"] = Base64UrlEncoder.Encode(shared.Key) };
        if (key is RsaSecurityKey rsa)
        {
            var parameters = rsa.Rsa.ExportParameters(includePrivateParameters: false);
            return new()
            {
                ["kty"] = "RSA",
                ["kid"] = key.KeyId,
                ["n"] = Base64UrlEncoder.Encode(parameters.Modulus),
                ["e"] = Base64UrlEncoder.Encode(parameters.Exponent),
            };
        }

        var point = ((ECDsaSecurityKey)key).ECDsa.ExportParameters(includePrivateParameters: false).Q;
        return new()
        {
            ["kty"] = "EC",
            ["kid"] = key.KeyId,
            ["crv"] = "P-256",
            ["x"] = Base64UrlEncoder.Encode(point.X),
            ["y"] = Base64UrlEncoder.Encode(point.Y),
        };
    }
}
