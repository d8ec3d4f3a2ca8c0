using System.Net;
using Libra.Deploy.IntegrationTests.Http;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Libra.Deploy.IntegrationTests.Access;

/// <summary>A platform that is not well lets nobody in, and does not take the service down with it.</summary>
public sealed class PlatformOutageTests
{
    private const string Vouches =
        """{"session":{"expiresAt":"2999-01-01T00:00:00.000Z","activeOrganizationId":"o1"},"user":{"id":"u1"}}""";

    [Fact]
    public async Task Answer_WhenThePlatformVouches_LetsThePersonIn()
    {
        await using var platform = await StubServer.StartAsync(context => context.Response.WriteAsync(Vouches));

        (await AskAsync(platform)).StatusCode.Should().Be(HttpStatusCode.OK, "otherwise the refusals below prove nothing");
    }

    [Theory]
    [InlineData(500, Vouches)]
    [InlineData(302, Vouches)]
    [InlineData(200, "null")]
    [InlineData(200, "")]
    [InlineData(200, "{")]
    [InlineData(200, "<html>")]
    [InlineData(200, "[]")]
    [InlineData(200, """{"session":{},"user":{}}""")]
    [InlineData(200, """{"session":{"activeOrganizationId":"o1"},"user":{"id":""}}""")]
    [InlineData(200, """{"session":{"activeOrganizationId":"o1","expiresAt":"2000-01-01T00:00:00Z"},"user":{"id":"u1"}}""")]
    public async Task Answer_WhenItDoesNotVouch_LetsNobodyIn(int status, string body)
    {
        await using var platform = await StubServer.StartAsync(context =>
        {
            context.Response.StatusCode = status;
            context.Response.Headers.Location = "/elsewhere";
            context.Response.ContentType = "application/json";
            return context.Response.WriteAsync(body);
        });

        (await AskAsync(platform)).StatusCode.Should().Be(HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task Answer_WhenItIsHuge_LetsNobodyIn()
    {
        await using var platform = await StubServer.StartAsync(context => context.Response.WriteAsync(Vouches + new string(' ', 100_000)));

        (await AskAsync(platform)).StatusCode.Should().Be(HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task Answer_WhenItDoesNotCome_LetsNobodyInAndIsLogged()
    {
        await using var platform = await StubServer.StartAsync(context => Task.Delay(Timeout.Infinite, context.RequestAborted));
        await using var host = await StartAsync(platform.Url, timeout: "00:00:00.300");

        var response = await host.GetAsync("/read", "some.session");

        response.StatusCode.Should().Be(HttpStatusCode.Unauthorized);
        host.Logs.Lines.Should().Contain(
            line => line.Level == LogLevel.Warning && line.Message.Contains("could not be asked about a session"));
        host.Logs.Lines.Should().NotContain(line => line.Message.Contains("some.session"));
    }

    [Fact]
    public async Task Session_WhenThePlatformIsAway_IsUnauthorizedAndPublicRoutesStillAnswer()
    {
        await using var host = await StartAsync(new Uri("http://127.0.0.1:1"));

        var read = await host.GetAsync("/read", "some.session");
        var open = await host.Client.SendAsync(HttpMethod.Get, "/open", ("Cookie", "better-auth.session_token=x.y"));

        read.StatusCode.Should().Be(HttpStatusCode.Unauthorized);
        open.StatusCode.Should().Be(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Request_PassesOnTheSessionCookieAndNothingElse()
    {
        var seen = new List<string>();
        await using var platform = await StubServer.StartAsync(context =>
        {
            seen.Add($"{context.Request.Method} {context.Request.Path} cookie={context.Request.Headers.Cookie} auth={context.Request.Headers.Authorization}");
            context.Response.Headers.SetCookie = "better-auth.session_token=refreshed";
            return context.Response.WriteAsync(Vouches);
        });
        await using var host = await StartAsync(platform.Url);

        await host.Client.SendAsync(
            HttpMethod.Get, "/read", ("Cookie", "a=1; better-auth.session_token=t.s%2F%3D; better-auth.session_data=cached"));
        await host.GetAsync("/read", "other.session");

        seen.Should().Equal(
            "GET /api/auth/get-session cookie=better-auth.session_token=t.s%2F%3D auth=",
            "GET /api/auth/get-session cookie= auth=Bearer other.session");
    }

    private static async Task<HttpResponseMessage> AskAsync(StubServer platform)
    {
        await using var host = await StartAsync(platform.Url);
        return await host.GetAsync("/read", "some.session");
    }

    // Generous where the platform does answer, so that a busy machine is not taken for a platform that hangs.
    private static Task<AccessHost> StartAsync(Uri platform, string timeout = "00:00:30") =>
        AccessHost.StartAsync(new Dictionary<string, string?>
        {
            ["Session:PlatformUrl"] = platform.ToString(),
            ["Session:Timeout"] = timeout,
        });
}
