using Libra.Deploy.Application.Common;
using Libra.Deploy.Application.Deployments;
using Libra.Deploy.Application.Deployments.Pipeline;
using Libra.Deploy.Domain.Deployments;
using Libra.Deploy.IntegrationTests.Persistence;

namespace Libra.Deploy.IntegrationTests.Deployments.Pipeline;

/// <summary>What a request brought is deployed, or nothing: never the project's own source in its place.</summary>
public sealed class LostSourceTests(TestPostgres server) : OneNode(server)
{
    [Fact]
    public async Task Run_WhenTheSourceOfTheRequestIsGone_FailsAtOnceAndPublishesNothing()
    {
        var id = await Node.AcceptAsync();
        await LoseSourceAsync(id);

        (await Node.RunAsync(id)).Outcome.Should().NotBe(AttemptOutcome.Completed);

        var ended = await Node.ViewAsync(id);
        ended.Status.Should().Be(DeploymentStatus.Failed);
        ended.Failure!.Message.Should().Contain("no longer stored");
    }

    [Fact]
    public async Task Retry_WhenACleanupTookTheSourceMeanwhile_IsRefused()
    {
        var id = await Node.AcceptAsync();
        Node.Sandboxes.Built = new SandboxExit(SandboxExitReason.Exited, 1);
        await Node.RunAsync(id);
        await LoseSourceAsync(id);

        var retried = await Node.SendAsync(new RetryDeploymentCommand(OrganizationFilter.All, id, "u", null));

        retried.IsError.Should().BeTrue();
        retried.FirstError.Code.Should().Be("INVALID_STATE");
        (await Node.AskAsync<long>("SELECT count(*) FROM deploy.deployments")).Should().Be(1);
    }

    private Task LoseSourceAsync(DeploymentId id) =>
        Node.ExecuteAsync("DELETE FROM deploy.deployment_sources WHERE deployment_id = $1", id.Value);
}
