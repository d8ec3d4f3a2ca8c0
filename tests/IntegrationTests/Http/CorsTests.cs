using System.Net;
using Libra.Deploy.WebApi.Http;

namespace Libra.Deploy.IntegrationTests.Http;

public sealed class CorsTests(ShellHost host) : IClassFixture<ShellHost>
{
    [Theory]
    [InlineData("http://localhost:3000")]
    [InlineData("http://127.0.0.1:65000")]
    [InlineData("https://foo.libra.dev")]
    [InlineData("https://libra.dev")]
    [InlineData("https://a.b.libra.dev")]
    public async Task Answer_WhenTheOriginIsTrusted_MayBeReadByItsPage(string origin)
    {
        var response = await host.Client.SendAsync(HttpMethod.Get, "/answer", ("Origin", origin));

        response.Header("Access-Control-Allow-Origin").Should().Be(origin);
        response.Header("Access-Control-Allow-Credentials").Should().Be("true");
        response.Header("Access-Control-Expose-Headers").Should().Be("X-Request-Id,X-Response-Time");
        response.Header("Vary").Should().Be("Origin");
    }

    [Fact]
    public async Task Answer_WithHeadersThatOnlySomeHave_LetsThePageReadThem()
    {
        var response = await host.Client.SendAsync(HttpMethod.Get, "/labelled", ("Origin", "https://libra.dev"));

        response.Header("Access-Control-Expose-Headers").Should().Be(
            "X-Request-Id,X-Response-Time,ETag,Location,Retry-After,X-RateLimit-Limit,X-RateLimit-Remaining,X-RateLimit-Window");
    }

    [Theory]
    [InlineData("https://libra.sh")]
    [InlineData("https://shop-worker.libra.sh")] // a deployed project's page
    [InlineData("http://libra.dev")]
    [InlineData("https://libra.dev:8443")]
    [InlineData("https://evil.example")]
    [InlineData("https://evillibra.dev")]
    [InlineData("https://libra.dev.evil.example")]
    [InlineData("https://libra.dev@evil.example")]
    [InlineData("http://localhost:3000/x")]
    [InlineData("http://localhost.evil.example:3000")]
    [InlineData("null")]
    [InlineData("garbage")]
    public async Task Answer_WhenTheOriginIsForeign_IsGivenButNotToItsPage(string origin)
    {
        var response = await host.Client.SendAsync(HttpMethod.Get, "/answer", ("Origin", origin));

        response.StatusCode.Should().Be(HttpStatusCode.OK);
        response.Header("Access-Control-Allow-Origin").Should().BeNull();
        response.Header("Access-Control-Allow-Credentials").Should().BeNull();
        response.Header("Vary").Should().Be("Origin");
    }

    [Fact]
    public async Task Answer_WhenNoOriginIsSent_HasTheOldHeaders()
    {
        var response = await host.Client.GetAsync("/answer");

        response.Header("Access-Control-Allow-Origin").Should().BeNull();
        response.Header("Access-Control-Allow-Credentials").Should().Be("true");
    }

    [Theory]
    [InlineData("/deploy")]
    [InlineData("/nope")]
    public async Task Preflight_OnAnyPath_HasTheOldAnswer(string path)
    {
        var response = await host.Client.SendAsync(
            HttpMethod.Options, path, ("Origin", "http://localhost:3000"), ("Access-Control-Request-Method", "POST"));

        response.StatusCode.Should().Be(HttpStatusCode.NoContent);
        response.Header("Access-Control-Allow-Origin").Should().Be("http://localhost:3000");
        response.Header("Access-Control-Allow-Methods").Should().Be("GET,POST,PUT,DELETE,OPTIONS");
        response.Header("Access-Control-Allow-Headers").Should().Be(
            "Content-Type,Authorization,X-Requested-With,Idempotency-Key,If-None-Match,Last-Event-ID,X-Request-Id,traceparent",
            "to the old ones come those that only the new routes know");
        response.Header("Access-Control-Max-Age").Should().Be("86400");
        response.Header("Vary").Should().Be("Origin, Access-Control-Request-Headers");
        (await response.Content.ReadAsByteArrayAsync()).Should().BeEmpty();
    }

    [Fact]
    public async Task Preflight_FromAForeignOrigin_GivesNoLeave()
    {
        var response = await host.Client.SendAsync(HttpMethod.Options, "/deploy", ("Origin", "https://evil.example"));

        response.StatusCode.Should().Be(HttpStatusCode.NoContent);
        response.Header("Access-Control-Allow-Origin").Should().BeNull();
        response.Header("Access-Control-Allow-Credentials").Should().BeNull();
        response.Header("Access-Control-Allow-Methods").Should().NotBeNull();
    }

    [Theory]
    [InlineData("libra.dev")]
    [InlineData("https://libra.dev/path")]
    [InlineData("ftp://libra.dev")]
    [InlineData("*")]
    [InlineData("")]
    public void Parse_WhenTheTextIsNoOrigin_SaysSo(string text)
    {
        var parse = () => OriginPattern.Parse(text);

        parse.Should().Throw<FormatException>().WithMessage($"'{text}' is not an origin*");
    }
}
