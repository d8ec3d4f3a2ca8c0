using System.Net;
using Libra.Deploy.Domain.Access;
using Libra.Deploy.IntegrationTests.Http;
using Libra.Deploy.WebApi.Access;
using Libra.Deploy.WebApi.Composition;
using Libra.Deploy.WebApi.Configuration;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;

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
    public async Task Routes_OfTheService_HaveOneDecisionEach()
    {
        var builder = WebApplication.CreateBuilder();
        builder.AddLibra(new HostSettings { DataDirectory = Path.GetTempPath() }, "Host=never-opened"); // composed, but never started
        await using var service = builder.Build();
        service.UseLibra();

        var routes = RoutesOf(service);

        routes.Should().HaveCountGreaterThan(5, "a rule over no routes always passes");
        Undecided(routes).Should().BeEmpty();
    }

    [Fact]
    public async Task Routes_WhenOneHasNoDecision_AreFoundOut()
    {
        await using var service = WebApplication.CreateSlimBuilder().Build();
        service.MapGet("/open", () => "open").AllowPublic();
        service.MapGet("/undecided", () => "never shown");
        service.MapGet("/twice", () => "which?").AllowPublic().RequireScope(Scopes.Admin);

        Undecided(RoutesOf(service)).Should().Equal("/undecided", "/twice");
    }

    private static List<RouteEndpoint> RoutesOf(IEndpointRouteBuilder service) =>
        service.DataSources.SelectMany(source => source.Endpoints).OfType<RouteEndpoint>().ToList();

    private static IEnumerable<string?> Undecided(IEnumerable<RouteEndpoint> routes) => routes
        .Where(route => route.Metadata.GetOrderedMetadata<RouteDecision>().Count != 1)
        .Select(route => route.RoutePattern.RawText);
}
