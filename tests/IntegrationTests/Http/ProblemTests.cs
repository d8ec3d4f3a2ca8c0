using System.Net;
using System.Text.Json;
using Microsoft.Extensions.Logging;

namespace Libra.Deploy.IntegrationTests.Http;

public sealed class ProblemTests(ShellHost host) : IClassFixture<ShellHost>
{
    [Fact]
    public async Task UnknownRoute_IsNotFoundInTheOneShape()
    {
        var response = await host.Client.SendAsync(HttpMethod.Get, "/nope", ("X-Request-Id", "r1"));

        response.StatusCode.Should().Be(HttpStatusCode.NotFound);
        response.Content.Headers.ContentType!.ToString().Should().Be("application/json");
        var body = await response.JsonAsync();
        body.GetProperty("success").GetBoolean().Should().BeFalse();
        body.Text("error").Should().Be("Resource not found");
        body.Text("code").Should().Be("NOT_FOUND");
        body.Text("requestId").Should().Be("r1");
        body.Text("timestamp").Should().Be("2026-11-23T09:29:40.785Z");
        body.Text("message").Should().NotBeNullOrEmpty();
    }

    [Theory]
    [InlineData("GET")]
    [InlineData("PUT")]
    [InlineData("DELETE")]
    public async Task WrongMethod_IsRefusedAndNamesTheRightOne(string method)
    {
        var response = await host.Client.SendAsync(new HttpMethod(method), "/deploy");

        response.StatusCode.Should().Be(HttpStatusCode.MethodNotAllowed);
        response.Content.Headers.Allow.Should().Equal("POST");
        (await response.JsonAsync()).Text("code").Should().Be("METHOD_NOT_ALLOWED");
    }

    [Fact]
    public async Task Fault_TellsTheClientNothingAndTheLogAll()
    {
        var response = await host.Client.SendAsync(HttpMethod.Get, "/fault", ("X-Request-Id", "fault-1"), ("Origin", "https://libra.dev"));

        response.StatusCode.Should().Be(HttpStatusCode.InternalServerError);
        var text = await response.Content.ReadAsStringAsync();
        text.Should().NotContain("hunter2").And.NotContain("/srv").And.NotContain("Exception");
        var body = JsonElement.Parse(text);
        body.Text("error").Should().Be("INTERNAL_ERROR");
        body.Text("message").Should().Be("An unexpected error occurred");
        response.Header("Access-Control-Allow-Origin").Should().Be("https://libra.dev", "a page must be able to read why it failed");
        host.Logs.Lines.Should().ContainSingle(line => line.RequestId == "fault-1" && line.Level == LogLevel.Error)
            .Which.Exception!.Message.Should().Contain("hunter2");
    }

    [Theory]
    [InlineData("/database", "10.0.0.7")]
    [InlineData("/store", "org-7")]
    public async Task WhatTheServiceNeeds_WhenItIsAway_Is503WithAPauseAndNoDetail(string path, string detail)
    {
        var response = await host.Client.GetAsync(path);

        response.StatusCode.Should().Be(HttpStatusCode.ServiceUnavailable);
        response.Header("Retry-After").Should().Be("5");
        var text = await response.Content.ReadAsStringAsync();
        text.Should().NotContain(detail);
        var body = JsonElement.Parse(text);
        body.Text("code").Should().Be("SERVICE_UNAVAILABLE");
        body.GetProperty("retryAfter").GetInt32().Should().Be(5);
    }

    [Fact]
    public async Task FaultInTheMiddleOfAnAnswer_CutsTheConnection()
    {
        var read = async () => await host.Client.GetStringAsync("/half");

        await read.Should().ThrowAsync<HttpRequestException>("half an answer must not pass for a whole one");
    }

    [Fact]
    public async Task Json_HasTheFormOfTheContract()
    {
        var response = await host.Client.GetAsync("/answer");

        (await response.Content.ReadAsStringAsync())
            .Should().Be("""{"time":"2026-11-23T09:29:40.785Z","status":"friday","text":"it's é"}""");
        response.Content.Headers.ContentType!.ToString().Should().Be("application/json");
    }

    [Fact]
    public async Task Headers_KeepBrowsersFromGuessingAndFraming()
    {
        var json = await host.Client.GetAsync("/answer");
        var page = await host.Client.GetAsync("/page");

        json.Header("X-Content-Type-Options").Should().Be("nosniff");
        json.Header("X-Frame-Options").Should().Be("DENY");
        json.Header("Referrer-Policy").Should().Be("no-referrer");
        json.Header("Content-Security-Policy").Should().BeNull();
        json.Header("Server").Should().BeNull();
        page.Header("Content-Security-Policy").Should().Contain("script-src 'self';").And.Contain("frame-ancestors 'none'");
    }
}
