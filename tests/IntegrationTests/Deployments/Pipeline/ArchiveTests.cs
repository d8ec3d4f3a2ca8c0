using Libra.Deploy.Application.Common;
using Libra.Deploy.Application.Deployments;
using Libra.Deploy.Application.Deployments.Archive;
using Libra.Deploy.Application.Deployments.Pipeline;
using Libra.Deploy.Domain.Deployments;
using Libra.Deploy.IntegrationTests.Persistence;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace Libra.Deploy.IntegrationTests.Deployments.Pipeline;

/// <summary>Log and result of an ended deployment are whole, whatever dies or is away at its end.</summary>
public sealed class ArchiveTests(TestPostgres server) : IAsyncLifetime
{
    private static readonly DateTimeOffset Start = new(2026, 11, 23, 12, 0, 0, TimeSpan.Zero);

    private readonly DirectoryInfo _objects = Directory.CreateTempSubdirectory("libra-objects-");
    private PipelineNode _node = null!;
    private string _database = null!;

    public async ValueTask InitializeAsync()
    {
        _database = await server.CreateDatabaseAsync();
        _node = await PipelineNode.StartAsync("node", _database, _objects.FullName, Start);
    }

    public async ValueTask DisposeAsync()
    {
        await _node.DisposeAsync();
        _objects.Delete(recursive: true);
    }

    [Fact]
    public async Task Log_OfAFailedBuild_IsStoredBeforeTheDeploymentHasFailed()
    {
        var id = await _node.AcceptAsync();
        _node.Sandboxes.Built = new SandboxExit(SandboxExitReason.Exited, 1);
        var statuses = new List<DeploymentStatus>();
        _node.Store.BeforeLogChunk = async () => statuses.Add((await _node.ViewAsync(id)).Status);

        await _node.RunAsync(id);

        statuses.Should().NotBeEmpty();
        statuses[0].Should().Be(DeploymentStatus.Building, "a worker that dies after the end takes along what it has not shipped");
    }

    [Fact]
    public async Task Archive_WhenTheStoreWasAwayAtTheEnd_IsMadeUpForAMinuteLater()
    {
        var id = await _node.AcceptAsync();
        _node.Target.OnPublish = _ =>
        {
            _node.Store.RefusesLogs = true;
            return ScriptedTarget.Fine();
        };
        (await _node.RunAsync(id)).Outcome.Should().Be(AttemptOutcome.Completed);
        _node.Store.RefusesLogs = false;

        var atOnce = await ArchivedAsync(id);
        _node.Clock.Advance(TimeSpan.FromMinutes(2));
        var later = await ArchivedAsync(id);

        (atOnce, later).Should().Be((false, true), "its worker may be about to do it itself until then");
        (await _node.SendAsync(new GetDeploymentResultQuery(OrganizationFilter.All, id))).IsError.Should().BeFalse(
            "the result is stored as well");
    }

    [Fact]
    public async Task Archive_WhenTheDatabaseGoesInTheMiddle_IsOnlyNotedAndMadeUpForLater()
    {
        var id = await _node.AcceptAsync();
        _node.Store.BeforeResult = () => throw new IOException("The store is away.");
        await _node.RunAsync(id);
        _node.Clock.Advance(TimeSpan.FromMinutes(2));
        _node.Store.BeforeResult = EndConnectionsAsync;

        (await _node.SendAsync(new ArchiveLeftDeploymentsCommand())).IsError.Should().BeFalse();

        _node.Store.BeforeResult = () => Task.CompletedTask;
        await using (var scope = _node.Scope()) scope.ServiceProvider.GetRequiredService<NpgsqlDataSource>().Clear();
        (await ArchivedAsync(id)).Should().BeTrue();
    }

    [Fact]
    public async Task Archive_OfAnOverdueDeploymentThatNoWorkerHolds_IsMadeWithTheNextRound()
    {
        var id = await _node.AcceptAsync();
        await _node.ExecuteAsync(
            "UPDATE deploy.deployments SET status = 'building', attempt = 1, started_at = $2 WHERE id = $1", id.Value, Start.AddHours(-1));
        (await _node.SendAsync(new AbandonOverdueDeploymentCommand(id))).IsError.Should().BeFalse();
        (await _node.ViewAsync(id)).Status.Should().Be(DeploymentStatus.Failed);

        (await ArchivedAsync(id)).Should().BeTrue("its followers wait, and nobody else would come for a minute");
    }

    private async Task EndConnectionsAsync()
    {
        await using var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(_database) { Pooling = false }.ConnectionString);
        await connection.OpenAsync(TestContext.Current.CancellationToken);
        await using var end = new NpgsqlCommand(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()", connection);
        await end.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
    }

    private async Task<bool> ArchivedAsync(DeploymentId id)
    {
        await _node.SendAsync(new ArchiveLeftDeploymentsCommand());
        return await _node.AskAsync<bool>("SELECT archived_at IS NOT NULL FROM deploy.deployments WHERE id = $1", id.Value);
    }
}
