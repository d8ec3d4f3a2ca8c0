using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Libra.Deploy.IntegrationTests.Persistence;
using Libra.Deploy.IntegrationTests.Service;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace Libra.Deploy.IntegrationTests.Cleanup;

/// <summary>
/// A project that the platform deleted: its site, its deployments and its artifact go, and a project that exists keeps them.
/// </summary>
public sealed class AbandonedSiteTests(TestPostgres server) : IDisposable
{
    private const long LogObjects = 3; // lines, index, result
    private readonly DirectoryInfo _data = Directory.CreateTempSubdirectory("libra-abandoned-");

    public void Dispose() => _data.Delete(recursive: true);

    [Fact]
    public async Task Cleanup_AfterTheProjectWasDeleted_TakesItsSiteOffThisMachine()
    {
        await using var node = await ServiceNode.StartAsync(
            await server.CreateDatabaseAsync(), _data.FullName, ("Cleanup:OrphanGrace", "00:00:00"), ("Cleanup:ArtifactGrace", "00:00:00"));
        var live = await node.DeployPageAsync("alone");

        (await CleanAsync(node, dryRun: false))["localLeftovers"]!.GetValue<long>().Should().Be(0, "its project exists");
        await ExecuteAsync(node, $"UPDATE public.project SET id = 'another' WHERE id = '{ServiceNode.Project}'; UPDATE deploy.deployments SET completed_at = now() - interval '90 days'");
        await Eventually.BecomesTrueAsync(
            () => IsSealedAsync(node), Eventually.Patience, "the log is sealed a moment after the end");
        JsonNode told = null!;
        await Eventually.BecomesTrueAsync(
            async () => (told = await CleanAsync(node, dryRun: true))["logObjects"]!.GetValue<long>() == LogObjects,
            TimeSpan.FromSeconds(30),
            "log and result are stored a moment after the end");
        (await TestProject.VisitTextAsync(live)).Should().Be("alone");
        var done = await CleanAsync(node, dryRun: false);

        done["localLeftovers"]!.GetValue<long>().Should().Be(1);
        done["deployments"]!.GetValue<long>().Should().Be(1);
        done["artifacts"]!.GetValue<long>().Should().Be(1);
        done.ToJsonString().Should().Be(told.ToJsonString());
        using var visit = await TestProject.VisitAsync(live);
        visit.StatusCode.Should().Be(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task Cleanup_OfASiteWhoseProjectIsMissing_WaitsFromWhenItIsFirstMissed()
    {
        await using var node = await ServiceNode.StartAsync(await server.CreateDatabaseAsync(), _data.FullName);
        var live = await node.DeployPageAsync("alone");
        foreach (var pointer in new DirectoryInfo(Path.Combine(_data.FullName, "sites", "sites")).GetFiles()) pointer.LastWriteTimeUtc = new DateTime(2020, 1, 1, 0, 0, 0, DateTimeKind.Utc);
        await ExecuteAsync(node, $"UPDATE public.project SET id = 'another' WHERE id = '{ServiceNode.Project}'");

        (await CleanAsync(node, dryRun: false))["localLeftovers"]!.GetValue<long>().Should().Be(0, "it is missed for the first time");
        (await TestProject.VisitTextAsync(live)).Should().Be("alone");
        await ExecuteAsync(node, "UPDATE deploy.orphans SET seen_at = seen_at - interval '7 days'");

        (await CleanAsync(node, dryRun: true))["localLeftovers"]!.GetValue<long>().Should().Be(1);
        (await CleanAsync(node, dryRun: false))["localLeftovers"]!.GetValue<long>().Should().Be(1);
        using var visit = await TestProject.VisitAsync(live);
        visit.StatusCode.Should().Be(HttpStatusCode.NotFound);
    }

    private static async Task<JsonNode> CleanAsync(ServiceNode node, bool dryRun)
    {
        using var answer = await node.Admin.PostAsJsonAsync("/status/cleanup", new { dryRun }, TestContext.Current.CancellationToken);
        var report = await answer.Content.ReadFromJsonAsync<JsonNode>(TestContext.Current.CancellationToken);
        answer.IsSuccessStatusCode.Should().BeTrue("{0}", report);
        return report!["deleted"]!;
    }

    private static async Task<bool> IsSealedAsync(ServiceNode node)
    {
        await using var command = node.Host.App.Services.GetRequiredService<NpgsqlDataSource>()
            .CreateCommand("SELECT bool_and(archived_at IS NOT NULL) FROM deploy.deployments");
        return (bool)(await command.ExecuteScalarAsync(TestContext.Current.CancellationToken))!;
    }

    private static async Task ExecuteAsync(ServiceNode node, string sql)
    {
        await using var command = node.Host.App.Services.GetRequiredService<NpgsqlDataSource>().CreateCommand(sql);
        await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
    }
}
