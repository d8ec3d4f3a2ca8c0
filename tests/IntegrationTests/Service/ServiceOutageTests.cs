using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Libra.Deploy.Application.Access;
using Libra.Deploy.Domain.Access;
using Libra.Deploy.IntegrationTests.Http;
using MediatR;
using Microsoft.Extensions.DependencyInjection;

namespace Libra.Deploy.IntegrationTests.Service;

/// <summary>Without its database the service refuses politely and at once, and goes on by itself when it is back.</summary>
public sealed class ServiceOutageTests : IAsyncLifetime
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan UntilBack = TimeSpan.FromSeconds(60);
    private OwnService _service = null!;

    public async ValueTask InitializeAsync()
    {
        _service = await OwnService.StartAsync(("RateLimit:Limit", "0"));
        await using var scope = _service.Host.App.Services.CreateAsyncScope();
        var grant = new TokenGrant("test", OrganizationId: null, UserId: null, [Scopes.Admin], ExpiresAt: null);
        var issued = await scope.ServiceProvider.GetRequiredService<IMediator>()
            .Send(new CreateTokenCommand(grant, "test"), TestContext.Current.CancellationToken);
        _service.Client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", issued.Value.Secret.Reveal());
    }

    public ValueTask DisposeAsync() => _service.DisposeAsync();

    [Fact]
    public async Task EveryRoute_WhileTheDatabaseIsAway_AnswersUnavailableAtOnce_AndServesAgainAfterwards()
    {
        (await StatusOfAsync("/status")).Should().Be(HttpStatusCode.OK, "the token is known from now on");
        await _service.Postgres.StopAsync();

        foreach (var (method, path) in Asked())
        {
            var since = Stopwatch.StartNew();
            using var answer = await SendAsync(method, path);
            answer.StatusCode.Should().Be(HttpStatusCode.ServiceUnavailable, "{0} {1}", method, path);
            since.Elapsed.Should().BeLessThan(Patience, "{0} {1}", method, path);
            await ExpectPoliteRefusalAsync(answer);
        }

        foreach (var open in new[] { "/", "/health/live", "/openapi.json", "/docs/", "/console/" })
            (await StatusOfAsync(open)).Should().Be(HttpStatusCode.OK, open);
        await _service.Postgres.StartAgainAsync(TestContext.Current.CancellationToken);
        await Eventually.BecomesTrueAsync(
            async () => await StatusOfAsync("/status") == HttpStatusCode.OK, UntilBack, "it comes back by itself");
    }

    private static IEnumerable<(HttpMethod Method, string Path)> Asked()
    {
        const string Id = "deploy_1700000000000_abcdefghi";
        yield return (HttpMethod.Post, "/deploy"); // the recorded case v2/db_down_deploy was a 500
        yield return (HttpMethod.Get, $"/deploy/{Id}/status");
        yield return (HttpMethod.Get, $"/deploy/{Id}/logs");
        yield return (HttpMethod.Get, $"/deploy/{Id}/logs/stream");
        yield return (HttpMethod.Post, $"/deploy/{Id}/cancel");
        yield return (HttpMethod.Post, $"/deploy/{Id}/retry");
        yield return (HttpMethod.Get, $"/deploy-status?id={Id}");
        yield return (HttpMethod.Get, "/status");
        yield return (HttpMethod.Get, "/status/deployments");
        yield return (HttpMethod.Get, "/status/queue");
        yield return (HttpMethod.Get, "/status/queue/dead-letters");
        yield return (HttpMethod.Get, "/projects/p1");
        yield return (HttpMethod.Get, "/organizations/org1/quota");
        yield return (HttpMethod.Get, "/tokens");
    }

    private static async Task ExpectPoliteRefusalAsync(HttpResponseMessage answer)
    {
        answer.Headers.RetryAfter!.Delta.Should().BePositive();
        var body = await answer.JsonAsync();
        body.GetProperty("success").GetBoolean().Should().BeFalse();
        body.Text("error").Should().Be("SERVICE_UNAVAILABLE");
        body.Text("code").Should().Be("SERVICE_UNAVAILABLE");
        body.Text("requestId").Should().Be(answer.Header("X-Request-Id"));
        body.ToString().Should().NotContain("Npgsql").And.NotContain("127.0.0.1");
    }

    private async Task<HttpResponseMessage> SendAsync(HttpMethod method, string path)
    {
        using var request = new HttpRequestMessage(method, path);
        if (path == "/deploy")
            request.Content = JsonContent.Create(new JsonObject { ["projectId"] = "p1", ["orgId"] = "org1", ["userId"] = "u1" });
        return await _service.Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, TestContext.Current.CancellationToken);
    }

    private async Task<HttpStatusCode> StatusOfAsync(string path)
    {
        using var answer = await SendAsync(HttpMethod.Get, path);
        return answer.StatusCode;
    }
}
