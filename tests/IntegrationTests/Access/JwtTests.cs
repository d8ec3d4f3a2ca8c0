using System.Net;
using System.Security.Cryptography;
using System.Text;
using Libra.Deploy.IntegrationTests.Http;
using Microsoft.Extensions.Options;
using Microsoft.IdentityModel.Tokens;

namespace Libra.Deploy.IntegrationTests.Access;

public sealed class JwtTests : IAsyncLifetime
{
    private JwtIssuer _issuer = null!;
    private AccessHost _host = null!;

    public async ValueTask InitializeAsync()
    {
        _issuer = await JwtIssuer.StartAsync();
        _host = await AccessHost.StartAsync(_issuer.Settings());
    }

    public async ValueTask DisposeAsync()
    {
        await _host.DisposeAsync();
        await _issuer.DisposeAsync();
    }

    [Theory]
    [InlineData("RS256")]
    [InlineData("PS256")]
    [InlineData("ES256")]
    public async Task Jwt_WhenSignedByTheIssuer_IsItsUser(string algorithm)
    {
        var token = _issuer.Sign(algorithm == "ES256" ? _issuer.Ec : _issuer.Rsa, algorithm);

        var response = await _host.GetAsync("/read", token);

        var caller = await response.JsonAsync();
        caller.Text("userId").Should().Be("u1");
        caller.GetProperty("organizations").ToString().Should().Be("""["o1","o2"]""");
        caller.GetProperty("scopes").ToString().Should().Be("""["deployments:read"]""", "what is not a scope of ours counts for nothing");
    }

    [Fact]
    public async Task Jwt_WithOneOrganizationAndRoles_HasWhatTheRolesMay()
    {
        var token = _issuer.Sign(change: claims =>
        {
            claims["organizations"] = "o9";
            claims["role"] = new[] { "operator", "deployer", "unheard-of" };
        });

        var caller = await (await _host.GetAsync("/operations", token)).JsonAsync();

        caller.GetProperty("organizations").ToString().Should().Be("""["o9"]""");
        caller.GetProperty("scopes").ToString().Should().Be("""["deployments:read","deployments:write","operations:read"]""");
    }

    [Theory]
    [InlineData("iss", "https://other.example")]
    [InlineData("iss", null)]
    [InlineData("aud", "another-service")]
    [InlineData("aud", null)]
    [InlineData("sub", "")]
    [InlineData("sub", null)]
    [InlineData("exp", null)]
    [InlineData("exp", -60L)]
    [InlineData("nbf", 120L)]
    public async Task Jwt_WhenAClaimIsNotAsItMustBe_IsUnauthorized(string claim, object? value)
    {
        var token = _issuer.Sign(change: claims =>
        {
            claims.Remove(claim);
            if (value is long seconds) claims[claim] = DateTimeOffset.UtcNow.AddSeconds(seconds).ToUnixTimeSeconds();
            else if (value is not null) claims[claim] = value;
        });

        await ShouldBeUnauthorizedAsync(token);
    }

    [Fact]
    public async Task Jwt_WhenTheClocksDifferALittle_IsStillGood()
    {
        var token = _issuer.Sign(change: claims => claims["exp"] = DateTimeOffset.UtcNow.AddSeconds(-10).ToUnixTimeSeconds());

        (await _host.GetAsync("/read", token)).StatusCode.Should().Be(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Jwt_WhenNotSigned_IsUnauthorized()
    {
        await ShouldBeUnauthorizedAsync(JwtIssuer.Forge(new { alg = "none", typ = "JWT" }, _ => []));
        await ShouldBeUnauthorizedAsync(JwtIssuer.Forge(new { alg = "None", kid = "rsa-1" }, _ => []));
        await ShouldBeUnauthorizedAsync(JwtIssuer.Forge(new { alg = "RS256", kid = "rsa-1" }, _ => []));
    }

    [Fact]
    public async Task Jwt_WhenThePublicKeyWasUsedAsASharedSecret_IsUnauthorized()
    {
        var rsa = _issuer.Rsa.Rsa;
        byte[][] secrets =
        [
            Encoding.ASCII.GetBytes(rsa.ExportRSAPublicKeyPem()),
            Encoding.ASCII.GetBytes(rsa.ExportSubjectPublicKeyInfoPem()),
            Encoding.ASCII.GetBytes(rsa.ExportSubjectPublicKeyInfoPem() + "\n"),
            rsa.ExportSubjectPublicKeyInfo(),
            rsa.ExportParameters(includePrivateParameters: false).Modulus!,
        ];

        foreach (var secret in secrets)
            await ShouldBeUnauthorizedAsync(
                JwtIssuer.Forge(new { alg = "HS256", kid = "rsa-1" }, content => HMACSHA256.HashData(secret, content)));
    }

    [Fact]
    public async Task Jwt_WhenSignedWithASharedSecretThatTheIssuerPublished_IsUnauthorized() =>
        await ShouldBeUnauthorizedAsync(_issuer.Sign(_issuer.Shared, "HS256"));

    [Fact]
    public async Task Jwt_WhenTheAlgorithmIsNotOnTheList_IsUnauthorized() =>
        await ShouldBeUnauthorizedAsync(_issuer.Sign(algorithm: "RS512"));

    [Fact]
    public async Task Jwt_WhenSignedByAnotherKey_IsUnauthorized()
    {
        using var rsa = RSA.Create(2048);

        await ShouldBeUnauthorizedAsync(_issuer.Sign(new RsaSecurityKey(rsa) { KeyId = "rsa-1" }));
        await ShouldBeUnauthorizedAsync(_issuer.Sign(new RsaSecurityKey(rsa) { KeyId = "unknown" }));
        await ShouldBeUnauthorizedAsync(JwtIssuer.Forge(
            new { alg = "RS256", jwk = new { kty = "RSA", n = Base64UrlEncoder.Encode(rsa.ExportParameters(false).Modulus), e = "AQAB" } },
            content => rsa.SignData(content, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1)));
    }

    [Fact]
    public async Task Jwt_WhenItsContentWasChanged_IsUnauthorized()
    {
        var honest = _issuer.Sign().Split('.');
        var admin = _issuer.Sign(change: claims => claims["scope"] = "admin").Split('.');

        await ShouldBeUnauthorizedAsync($"{honest[0]}.{admin[1]}.{honest[2]}");
    }

    [Fact]
    public async Task Jwt_WhenTheIssuerIsAway_IsUnauthorized()
    {
        var settings = _issuer.Settings();
        settings["Jwt:JwksUrl"] = "http://127.0.0.1:1/jwks";
        await using var host = await AccessHost.StartAsync(settings);

        (await host.GetAsync("/read", _issuer.Sign())).StatusCode.Should().Be(HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task Jwt_WhenNoIssuerIsConfigured_IsUnauthorized()
    {
        await using var host = await AccessHost.StartAsync();

        (await host.GetAsync("/read", _issuer.Sign())).StatusCode.Should().Be(HttpStatusCode.Unauthorized);
    }

    [Theory]
    [InlineData("Jwt:Audience", "", "*audience*")]
    [InlineData("Jwt:Issuer", "", "*issuer's name*")]
    [InlineData("Jwt:JwksUrl", "http://keys.example/jwks", "*https*")]
    [InlineData("Jwt:Algorithms:0", "HS256", "*'HS256'*")]
    [InlineData("Jwt:Algorithms:0", "none", "*'none'*")]
    [InlineData("Jwt:RoleScopes:deployer:0", "everything", "*'everything'*")]
    [InlineData("Jwt:ClockSkew", "01:00:00", "*clock skew*")]
    [InlineData("Session:PlatformUrl", "http://platform.example", "*https*")]
    [InlineData("Session:Scopes:0", "everything", "*does not exist*")]
    public async Task Start_WithSettingsThatAreNotSafe_IsRefusedWithASentence(string name, string value, string sentence)
    {
        var settings = _issuer.Settings();
        settings[name] = value;

        var start = async () => await AccessHost.StartAsync(settings);

        await start.Should().ThrowAsync<OptionsValidationException>().WithMessage(sentence);
    }

    private async Task ShouldBeUnauthorizedAsync(string token)
    {
        var response = await _host.GetAsync("/read", token);

        response.StatusCode.Should().Be(HttpStatusCode.Unauthorized);
        response.Header("WWW-Authenticate").Should().Be("Bearer");
        (await response.JsonAsync()).Text("code").Should().Be("UNAUTHORIZED");
    }
}
