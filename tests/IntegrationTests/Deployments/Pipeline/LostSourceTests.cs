using Libra.Deploy.Application.Common;
using Libra.Deploy.Application.Deployments;
using Libra.Deploy.Application.Deployments.Pipeline;
using Libra.Deploy.Domain.Deployments;
using Libra.Deploy.IntegrationTests.Persistence;

namespace Libra.Deploy.IntegrationTests.Deployments.Pipeline;

/// <summary>What a request brought is deployed, or nothing: never the project's own source in its place.</summary>
public sealed class LostSourceTests(TestPostgres server) : IAsyncLifetime
{
    private static readonly DateTimeOffset Start = new(2026, 11, 23, 12, 0, 0, TimeSpan.Zero);

    private readonly DirectoryInfo _objects = Directory.CreateTempSubdirectory("libra-objects-");
    private PipelineNode _node = null!;

    public async ValueTask InitializeAsync() =>
        _node = await PipelineNode.StartAsync("node", await server.CreateDatabaseAsync(), _objects.FullName, Start);

    public async ValueTask DisposeAsync()
    {
        await _node.DisposeAsync();
        _objects.Delete(recursive: true);
    }

    [Fact]
    public async Task Run_WhenTheSourceOfTheRequestIsGone_FailsAtOnceAndPublishesNothing()
    {
        var id = await _node.AcceptAsync();
        await LoseSourceAsync(id);

        (await _node.RunAsync(id)).Outcome.Should().NotBe(AttemptOutcome.Completed);

        var ended = await _node.ViewAsync(id);
        ended.Status.Should().Be(DeploymentStatus.Failed);
        ended.Failure!.Message.Should().Contain("no longer stored");
    }

    [Fact]
    public async Task Retry_WhenACleanupTookTheSourceMeanwhile_IsRefused()
    {
        var id = await _node.AcceptAsync();
        _node.Sandboxes.Built = new SandboxExit(SandboxExitReason.Exited, 1);
        await _node.RunAsync(id);
        await LoseSourceAsync(id);

        var retried = await _node.SendAsync(new RetryDeploymentCommand(OrganizationFilter.All, id, "u", null));

        retried.IsError.Should().BeTrue();
        retried.FirstError.Code.Should().Be("INVALID_STATE");
        (await _node.AskAsync<long>("SELECT count(*) FROM deploy.deployments")).Should().Be(1);
    }

    private Task LoseSourceAsync(DeploymentId id) =>
        _node.ExecuteAsync("DELETE FROM deploy.deployment_sources WHERE deployment_id = $1", id.Value);
}
