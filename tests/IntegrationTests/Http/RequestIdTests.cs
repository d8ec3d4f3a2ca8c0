
namespace Libra.Deploy.IntegrationTests.Http;

public sealed class RequestIdTests(ShellHost host) : IClassFixture<ShellHost>
{
    [Theory]
    [InlineData("a")]
    [InlineData("Ab-9_z")]
    [InlineData("=255")]
    public async Task Answer_WhenTheClientSendsAGoodId_EchoesIt(string id)
    {
        id = id == "=255" ? new string('a', 255) : id;

        var response = await host.Client.SendAsync(HttpMethod.Get, "/answer", ("x-request-id", id));

        response.Header("X-Request-Id").Should().Be(id);
    }

    [Theory]
    [InlineData("bad id!")]
    [InlineData("a.b")]
    [InlineData("a=")]
    [InlineData("")]
    [InlineData("=256")]
    public async Task Answer_WhenTheClientSendsABadId_MakesAUuid(string id)
    {
        id = id == "=256" ? new string('a', 256) : id;

        var response = await host.Client.SendAsync(HttpMethod.Get, "/answer", ("X-Request-Id", id));

        Guid.Parse(response.Header("X-Request-Id")!).Version.Should().Be(4);
    }

    [Theory]
    [InlineData("GET", "/answer")]
    [InlineData("GET", "/nope")]
    [InlineData("GET", "/fault")]
    [InlineData("OPTIONS", "/nope")]
    public async Task Answer_WhateverTheOutcome_SaysHowLongItTook(string method, string path)
    {
        var response = await host.Client.SendAsync(new HttpMethod(method), path);

        response.Header("X-Response-Time").Should().MatchRegex("^[0-9]+ms$");
        response.Header("X-Request-Id").Should().NotBeNullOrEmpty();
    }
}
