using System.Text.Json.Nodes;
using ErrorOr;
using Libra.Deploy.Application.Common;
using Libra.Deploy.Application.Deployments;
using Libra.Deploy.Application.Deployments.Archive;
using Libra.Deploy.Application.Deployments.Pipeline;
using Libra.Deploy.Domain.Deployments;
using Libra.Deploy.IntegrationTests.Persistence;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Npgsql;

namespace Libra.Deploy.IntegrationTests.Deployments.Pipeline;

/// <summary>Log and result of an ended deployment are whole, whatever dies or is away at its end.</summary>
public sealed class ArchiveTests(TestPostgres server) : OneNode(server)
{
    [Fact]
    public async Task Log_OfAFailedBuild_IsStoredBeforeTheDeploymentHasFailed()
    {
        var id = await Node.AcceptAsync();
        Node.Sandboxes.Built = new SandboxExit(SandboxExitReason.Exited, 1);
        var statuses = new List<DeploymentStatus>();
        Node.Store.BeforeLogChunk = async () => statuses.Add((await Node.ViewAsync(id)).Status);

        await Node.RunAsync(id);

        statuses.Should().NotBeEmpty();
        statuses[0].Should().Be(DeploymentStatus.Building, "a worker that dies after the end takes along what it has not shipped");
    }

    [Fact]
    public async Task Archive_WhenTheStoreWasAwayAtTheEnd_IsMadeUpForAMinuteLater()
    {
        var id = await Node.AcceptAsync();
        Node.Target.OnPublish = _ =>
        {
            Node.Store.RefusesLogs = true;
            return ScriptedTarget.Fine();
        };
        (await Node.RunAsync(id)).Outcome.Should().Be(AttemptOutcome.Completed);
        Node.Store.RefusesLogs = false;

        var atOnce = await ArchivedAsync(id);
        Node.Clock.Advance(TimeSpan.FromMinutes(2));
        var later = await ArchivedAsync(id);

        (atOnce, later).Should().Be((false, true), "its worker may be about to do it itself until then");
        (await Node.SendAsync(new GetDeploymentResultQuery(OrganizationFilter.All, id))).IsError.Should().BeFalse(
            "the result is stored as well");
    }

    [Fact]
    public async Task Complete_WhenTheStoreGoesWhileTheVersionIsProved_DoesNotWaitForIt()
    {
        var id = await Node.AcceptAsync();
        await using (var scope = Node.Scope())
            scope.ServiceProvider.GetRequiredService<IOptions<DeploymentOptions>>().Value.LogPatience = TimeSpan.Zero;
        Node.Target.OnVerify = _ =>
        {
            Node.Store.BeforeLogChunk = () => throw new IOException("The store is away.");
            return ScriptedTarget.Fine();
        };

        var run = Node.RunAsync(id);

        await Eventually.BecomesTrueAsync(
            async () => (await Node.ViewAsync(id)).Status == DeploymentStatus.Completed, Eventually.Patience, "the version is live");
        var triedAgain = false;
        Node.Store.BeforeLogChunk = () =>
        {
            triedAgain = true;
            return Task.CompletedTask;
        };
        await Eventually.BecomesTrueAsync(
            () =>
            {
                if (!triedAgain) Node.Clock.Advance(TimeSpan.FromSeconds(1)); // on the same clock its worker would give up
                return run.IsCompleted;
            },
            Eventually.Patience, "its worker comes to an end");
        (await run).Outcome.Should().Be(AttemptOutcome.Completed);
        (await Node.LogOfAsync(id)).Should().Contain(line => line.StartsWith("Live at", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Archive_WhenTheDatabaseGoesInTheMiddle_IsOnlyNotedAndMadeUpForLater()
    {
        var id = await Node.AcceptAsync();
        Node.Store.BeforeResult = () => throw new IOException("The store is away.");
        await Node.RunAsync(id);
        Node.Clock.Advance(TimeSpan.FromMinutes(2));
        Node.Store.BeforeResult = EndConnectionsAsync;

        (await Node.SendAsync(new ArchiveLeftDeploymentsCommand())).IsError.Should().BeFalse();

        Node.Store.BeforeResult = () => Task.CompletedTask;
        await using (var scope = Node.Scope()) scope.ServiceProvider.GetRequiredService<NpgsqlDataSource>().Clear();
        (await ArchivedAsync(id)).Should().BeTrue();
    }

    [Fact]
    public async Task Archive_OfAnOverdueDeploymentThatNoWorkerHolds_IsMadeWithTheNextRound()
    {
        var id = await Node.AcceptAsync();
        await Node.ExecuteAsync(
            "UPDATE deploy.deployments SET status = 'building', attempt = 1, started_at = $2 WHERE id = $1", id.Value, Start.AddHours(-1));
        (await Node.SendAsync(new AbandonOverdueDeploymentCommand(id))).IsError.Should().BeFalse();
        (await Node.ViewAsync(id)).Status.Should().Be(DeploymentStatus.Failed);

        (await ArchivedAsync(id)).Should().BeTrue("its followers wait, and nobody else would come for a minute");
    }

    [Fact]
    public async Task Result_OfADeploymentThatEndedWithoutAWorker_NamesTheEndAfterWhatWasNotedBefore()
    {
        var id = await Node.AcceptAsync();
        Node.Target.OnCheck = ScriptedTarget.Says(Error.Unexpected("TARGET_UNAVAILABLE", "Busy."));
        (await Node.RunAsync(id)).Outcome.Should().Be(AttemptOutcome.RetryLater);
        Node.Clock.Advance(TimeSpan.FromHours(1));
        (await Node.SendAsync(new AbandonOverdueDeploymentCommand(id))).IsError.Should().BeFalse();

        await using var stored = (await Node.SendAsync(new GetDeploymentResultQuery(OrganizationFilter.All, id))).Value;

        var result = await JsonNode.ParseAsync(stored, cancellationToken: TestContext.Current.CancellationToken);
        result!["failures"]!.AsArray().Select(failure => failure!["code"]!.GetValue<string>())
            .Should().Equal("TARGET_UNAVAILABLE", "DEPLOYMENT_TIMEOUT");
    }

    private async Task EndConnectionsAsync()
    {
        await using var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(Database) { Pooling = false }.ConnectionString);
        await connection.OpenAsync(TestContext.Current.CancellationToken);
        await using var end = new NpgsqlCommand(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = currentDatabase() AND pid <> pg_backend_pid()", connection);
        await end.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
    }

    private async Task<bool> ArchivedAsync(DeploymentId id)
    {
        await Node.SendAsync(new ArchiveLeftDeploymentsCommand());
        return await Node.AskAsync<bool>("SELECT archived_at IS NOT NULL FROM deploy.deployments WHERE id = $1", id.Value);
    }
}
