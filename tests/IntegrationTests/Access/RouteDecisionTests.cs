using System.Net;
using Libra.Deploy.IntegrationTests.Http;
using Libra.Deploy.WebApi.Access;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Libra.Deploy.IntegrationTests.Access;

public sealed class RouteDecisionTests
{
    [Fact]
    public async Task Stranger_OnARouteThatNeedsAScope_GetsTheOldAnswer()
    {
        await using var host = await AccessHost.StartAsync();

        var response = await host.GetAsync("/read");

        response.StatusCode.Should().Be(HttpStatusCode.Unauthorized);
        response.Header("WWW-Authenticate").Should().Be("Bearer");
        var body = await response.JsonAsync();
        body.Text("error").Should().Be("Unauthorized");
        body.Text("message").Should().Be("Access denied. Valid session required.");
        body.Text("code").Should().Be("UNAUTHORIZED");
        body.Text("requestId").Should().Be(response.Header("X-Request-Id"));
    }

    [Theory]
    [InlineData("/nope", HttpStatusCode.NotFound)]
    [InlineData("/write", HttpStatusCode.MethodNotAllowed)]
    [InlineData("/open", HttpStatusCode.OK)]
    [InlineData("/undecided", HttpStatusCode.Unauthorized)]
    public async Task Stranger_OnOtherRoutes_GetsWhatConcernsHim(string path, HttpStatusCode status)
    {
        await using var host = await AccessHost.StartAsync();

        (await host.GetAsync(path)).StatusCode.Should().Be(status);
    }

    [Theory]
    [InlineData("Basic dXNlcjpwYXNz")]
    [InlineData("Bearer")]
    [InlineData("Bearer ")]
    [InlineData("Bearer ldt_short")]
    [InlineData("Bearer a.b.c")]
    [InlineData("Bearer eyJhbGciOiJub25lIn0.e30.")]
    public async Task Stranger_WithAnythingElseThanACredential_IsUnauthorized(string header)
    {
        await using var host = await AccessHost.StartAsync();

        var response = await host.Client.SendAsync(HttpMethod.Get, "/read", ("Authorization", header));

        response.StatusCode.Should().Be(HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task Routes_HaveOneDecisionEach_ExceptTheOneThatProvesTheTest()
    {
        await using var host = await AccessHost.StartAsync();
        var routes = host.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>().ToList();

        routes.Where(route => route.Metadata.GetOrderedMetadata<RouteDecision>().Count != 1)
            .Select(route => route.RoutePattern.RawText).Should().Equal("/undecided");
        routes.Should().HaveCountGreaterThan(5);
    }
}
