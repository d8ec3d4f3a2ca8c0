using System.Net;
using System.Text.Json;
using Libra.Deploy.IntegrationTests.Http;

namespace Libra.Deploy.IntegrationTests.Access;

public sealed class BetterAuthSessionTests(BetterAuthPlatform platform) : IClassFixture<BetterAuthPlatform>
{
    [Fact]
    public async Task Session_WhenSentAsCookie_IsItsPersonInTheActiveOrganization()
    {
        await using var host = await StartAsync();
        var person = await platform.SignUpAsync();

        var response = await host.Client.SendAsync(HttpMethod.Get, "/read", ("Cookie", $"theme=dark; {person.Cookie}; other=1"));

        ShouldBe(await response.JsonAsync(), person);
    }

    [Fact]
    public async Task Session_WhenSentAsBearer_IsItsPersonInTheActiveOrganization()
    {
        await using var host = await StartAsync();
        var person = await platform.SignUpAsync();

        var response = await host.GetAsync("/read", person.Bearer);

        ShouldBe(await response.JsonAsync(), person);
    }

    [Fact]
    public async Task Session_WithoutAnOrganization_IsForbidden()
    {
        await using var host = await StartAsync();
        var person = await platform.SignUpAsync(withOrganization: false);

        var response = await host.Client.SendAsync(HttpMethod.Get, "/read", ("Cookie", person.Cookie));

        response.StatusCode.Should().Be(HttpStatusCode.Forbidden);
        var body = await response.JsonAsync();
        body.Text("error").Should().Be("Forbidden");
        body.Text("message").Should().Be("Insufficient permissions for deployment operations.");
    }

    [Fact]
    public async Task Session_ForARouteBeyondItsScopes_IsForbidden()
    {
        await using var host = await StartAsync();
        var person = await platform.SignUpAsync();

        var operations = await host.GetAsync("/operations", person.Bearer);
        var tokens = await host.GetAsync("/tokens", person.Bearer);

        operations.StatusCode.Should().Be(HttpStatusCode.Forbidden);
        tokens.StatusCode.Should().Be(HttpStatusCode.Forbidden);
    }

    [Fact]
    public async Task Session_WhenAskedForAgainSoon_IsNotCheckedAgain()
    {
        await using var host = await StartAsync();
        var person = await platform.SignUpAsync();
        var before = await platform.SessionChecksAsync();

        for (var call = 0; call < 5; call++) (await host.GetAsync("/read", person.Bearer)).StatusCode.Should().Be(HttpStatusCode.OK);

        (await platform.SessionChecksAsync()).Should().Be(before + 1);
    }

    [Fact]
    public async Task Session_AfterSigningOut_EndsWithTheCache()
    {
        await using var host = await StartAsync(cacheFor: "00:00:00");
        var person = await platform.SignUpAsync();
        (await host.GetAsync("/read", person.Bearer)).StatusCode.Should().Be(HttpStatusCode.OK);

        await platform.SignOutAsync(person);

        (await host.GetAsync("/read", person.Bearer)).StatusCode.Should().Be(HttpStatusCode.Unauthorized);
    }

    [Theory]
    [InlineData("better-auth.session_token=forged.c2lnbmF0dXJl")]
    [InlineData("better-auth.session_token=")]
    [InlineData("better-auth.session_token=%0d%0aX-Evil:%201")]
    [InlineData("session=whatever")]
    public async Task Session_WhenTheCookieIsNotGenuine_IsUnauthorized(string cookie)
    {
        await using var host = await StartAsync();

        var response = await host.Client.SendAsync(HttpMethod.Get, "/read", ("Cookie", cookie));

        response.StatusCode.Should().Be(HttpStatusCode.Unauthorized);
        response.Header("WWW-Authenticate").Should().Be("Bearer");
    }

    [Theory]
    [InlineData("https://evil.example", HttpStatusCode.Unauthorized)]
    [InlineData("null", HttpStatusCode.Unauthorized)]
    [InlineData("https://app.libra.dev", HttpStatusCode.OK)]
    public async Task Cookie_WhenAPageMakesTheBrowserPost_CountsOnlyFromTrustedPages(string origin, HttpStatusCode status)
    {
        await using var host = await StartAsync();
        var person = await platform.SignUpAsync();

        var response = await host.Client.SendAsync(HttpMethod.Post, "/write", ("Cookie", person.Cookie), ("Origin", origin));

        response.StatusCode.Should().Be(status);
    }

    [Theory]
    [InlineData("same-origin", HttpStatusCode.OK)] // a proxy speaks TLS for the service, which sees another scheme than the browser
    [InlineData("same-site", HttpStatusCode.Unauthorized)]
    public async Task Cookie_WhenTheBrowserSaysWhoseThePageIs_IsBelieved(string site, HttpStatusCode status)
    {
        await using var host = await StartAsync();
        var person = await platform.SignUpAsync();

        var response = await host.Client.SendAsync(
            HttpMethod.Post, "/write", ("Cookie", person.Cookie), ("Origin", "https://deploy.example"), ("Sec-Fetch-Site", site));

        response.StatusCode.Should().Be(status);
    }

    private Task<AccessHost> StartAsync(string cacheFor = "00:05:00") => AccessHost.StartAsync(new Dictionary<string, string?>
    {
        ["Session:PlatformUrl"] = platform.Url.ToString(),
        ["Session:CacheFor"] = cacheFor,
        ["Session:Timeout"] = "00:00:30",
    });

    private static void ShouldBe(JsonElement caller, Person person)
    {
        caller.Text("userId").Should().Be(person.UserId);
        caller.GetProperty("organizations").EnumerateArray().Select(id => id.GetString()).Should().Equal(person.OrganizationId);
        caller.GetProperty("all").GetBoolean().Should().BeFalse();
        caller.GetProperty("scopes").EnumerateArray().Select(id => id.GetString()).Should().Equal("deployments:read", "deployments:write");
    }
}
