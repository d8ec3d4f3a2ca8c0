using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace Libra.Deploy.Benchmarks.Machine;

/// <summary>Signs JWTs and publishes its key: only a JWT can name several organizations.</summary>
internal sealed class TokenIssuer : IAsyncDisposable
{
    private const string Name = "https://issuer.example";
    private const string Audience = "libra-deploy";
    private readonly RsaSecurityKey _key = new(RSA.Create(2048)) { KeyId = "benchmark" };
    private readonly WebApplication _server;

    private TokenIssuer() => _server = Compose();

    /// <summary>What makes a node accept its tokens.</summary>
    public (string Name, string Value)[] Settings =>
    [
        ("Access__Jwt__JwksUrl", $"{_server.Urls.First()}/keys"),
        ("Access__Jwt__Issuer", Name),
        ("Access__Jwt__Audience", Audience),
    ];

    public static async Task<TokenIssuer> StartAsync()
    {
        var issuer = new TokenIssuer();
        await issuer._server.StartAsync();
        return issuer;
    }

    /// <summary>A token that may read the deployments of these organizations for an hour.</summary>
    public string Sign(IEnumerable<string> organizations)
    {
        var claims = new
        {
            iss = Name,
            aud = Audience,
            sub = "user",
            organizations,
            scope = "deployments:read",
            exp = DateTimeOffset.UtcNow.AddHours(1).ToUnixTimeSeconds(),
        };
        return new JsonWebTokenHandler { SetDefaultTimesOnTokenCreation = false }
            .CreateToken(JsonSerializer.Serialize(claims), new SigningCredentials(_key, SecurityAlgorithms.RsaSha256));
    }

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        _key.Rsa.Dispose();
    }

    private WebApplication Compose()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var server = builder.Build();
        var open = _key.Rsa.ExportParameters(includePrivateParameters: false);
        var key = new
        {
            kty = "RSA",
            kid = _key.KeyId,
            n = Base64UrlEncoder.Encode(open.Modulus),
            e = Base64UrlEncoder.Encode(open.Exponent),
        };
        server.MapGet("/keys", () => Results.Json(new { keys = new[] { key } }));
        return server;
    }
}
