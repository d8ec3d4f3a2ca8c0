using System.Net;
using Libra.Deploy.IntegrationTests.Persistence;

namespace Libra.Deploy.IntegrationTests.Service;

/// <summary>A node with <c>LIBRA_ROLES=worker</c> tells how it is, and answers nothing else.</summary>
public sealed class WorkerNodeTests(TestPostgres server) : IAsyncLifetime
{
    private PlatformStage _stage = null!;
    private HttpClient _worker = null!;

    public async ValueTask InitializeAsync()
    {
        _stage = await PlatformStage.SetAsync(server, projects: 1, left: 10);
        var node = await _stage.StartAsync([("Host:Roles", "worker"), ("Host:SandboxProvider", "process")]);
        _worker = node.ClientWith(_stage.Token);
    }

    public async ValueTask DisposeAsync()
    {
        _worker.Dispose();
        await _stage.DisposeAsync();
    }

    [Fact]
    public async Task WorkerNode_AnswersWhatTellsHowItIs()
    {
        _worker.DefaultRequestHeaders.Accept.ParseAdd("text/html,*/*;q=0.8"); // no console to lead a browser to

        foreach (var path in new[] { "/", "/health", "/health/live", "/health/detailed", "/metrics" })
            await Eventually.BecomesTrueAsync(async () => await StatusOfAsync(path) == HttpStatusCode.OK, Eventually.Patience, path);
        (await StatusOfAsync("/health/ready")).Should().BeOneOf(HttpStatusCode.OK, HttpStatusCode.ServiceUnavailable);
    }

    [Fact]
    public async Task WorkerNode_HasNoRouteOfTheApiItsPagesOrTheDashboard()
    {
        using var accepted = await PlatformStage.DeployAsync(_worker, "p1");

        accepted.StatusCode.Should().Be(HttpStatusCode.NotFound);
        (await _stage.DeploymentsAsync()).Should().Be(0);
        foreach (var path in new[] { "/status", "/status/queue", "/tokens", "/projects/p1", "/console/", "/hangfire", "/hangfire/login", "/docs", "/openapi.json" })
            (await StatusOfAsync(path)).Should().Be(HttpStatusCode.NotFound, path);
    }

    private async Task<HttpStatusCode> StatusOfAsync(string path)
    {
        using var answer = await _worker.GetAsync(path, TestContext.Current.CancellationToken);
        return answer.StatusCode;
    }
}
