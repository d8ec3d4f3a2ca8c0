using System.Text.Json.Nodes;
using Libra.Deploy.Application.Storage;
using Libra.Deploy.Infrastructure.Storage;
using Libra.Deploy.IntegrationTests.Persistence;
using Libra.Deploy.IntegrationTests.Service;
using Libra.Deploy.IntegrationTests.Storage;

namespace Libra.Deploy.IntegrationTests.Backup;

/// <summary>The way back from a lost machine, as docs/operations.md tells it.</summary>
public sealed class RestoreTests(TestPostgres server, S3Server s3) : IAsyncLifetime
{
    private readonly DirectoryInfo _root = Directory.CreateTempSubdirectory("libra-backup-");

    private string Lost => Path.Combine(_root.FullName, "lost");

    private string Fresh => Path.Combine(_root.FullName, "fresh");

    public ValueTask InitializeAsync()
    {
        Directory.CreateDirectory(Lost);
        Directory.CreateDirectory(Fresh);
        return ValueTask.CompletedTask;
    }

    public ValueTask DisposeAsync()
    {
        _root.Delete(recursive: true);
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task Restore_OfADumpAndTheObjectsIntoAFreshInstall_ServesTheSiteWithoutABuild()
    {
        var before = await server.CreateDatabaseAsync();
        var first = await DeployTwoVersionsAsync(before);

        var after = await RestoreByCopyAsync(before);
        CopyFolder(Path.Combine(Lost, "objects"), Path.Combine(Fresh, "objects"));
        Directory.Delete(Lost, recursive: true);

        await ShouldServeAsync(first, after);
    }

    [Fact]
    public async Task Restore_OfBucketsOfAnS3Server_ServesTheSiteWithoutABuild()
    {
        var (lost, fresh) = (await s3.OwnBucketsAsync(), await s3.OwnBucketsAsync());
        var before = await server.CreateDatabaseAsync();
        var first = await DeployTwoVersionsAsync(before, S3Server.SettingsOf(lost));

        var after = await RestoreByCopyAsync(before, S3Server.SettingsOf(fresh));
        await MoveObjectsAsync(lost, fresh);
        Directory.Delete(Lost, recursive: true);

        await ShouldServeAsync(first, after, S3Server.SettingsOf(fresh));
    }

    [Fact]
    public async Task Restore_WithTheCommandsOfTheDocument_ServesTheSiteWithoutABuild()
    {
        await using var postgres = await InstalledPostgres.StartAsync();
        var commands = new DocumentedCommands(_root.CreateSubdirectory("dump").FullName);
        var (before, after) = (await postgres.CreateDatabaseAsync("before"), await postgres.CreateDatabaseAsync("after"));
        var first = await DeployTwoVersionsAsync(before);

        await commands.RunAsync("pg_dump", before);
        await commands.RunAsync("pg_restore", after);
        CopyFolder(Path.Combine(Lost, "objects"), Path.Combine(Fresh, "objects"));

        await ShouldServeAsync(first, after);
    }

    private async Task<JsonNode> DeployTwoVersionsAsync(string database, params (string Key, string Value)[] settings)
    {
        await using var node = await ServiceNode.StartAsync(database, Lost, settings);
        var first = await node.DeployPageAsync("one");
        await node.DeployPageAsync("two");
        return first;
    }

    private async Task<string> RestoreByCopyAsync(string before, params (string Key, string Value)[] settings)
    {
        var dump = new DatabaseDump(_root.CreateSubdirectory("dump").FullName);
        await dump.WriteAsync(before, TestContext.Current.CancellationToken);
        var after = await server.CreateDatabaseAsync();
        await using var host = await ServiceNode.CreateAsync(after, Fresh, settings);
        await dump.RestoreAsync(after, TestContext.Current.CancellationToken);
        return after;
    }

    private async Task ShouldServeAsync(JsonNode first, string database, params (string Key, string Value)[] settings)
    {
        await using var node = await ServiceNode.StartAsync(database, Fresh, settings);
        (await node.Admin.GetStringAsync($"/deploy/{first["deploymentId"]}/logs", TestContext.Current.CancellationToken))
            .Should().Contain("Live at");
        var again = await node.DeployPageAsync("two");
        again["steps"]!["build"]!["status"]!.GetValue<string>().Should().Be("skipped", "its artifact came with the objects");
        (await TestProject.VisitTextAsync(again)).Should().Be("two");
        (await TestProject.VisitTextAsync(await node.RollBackAsync(first))).Should().Be("one");
    }

    private static async Task MoveObjectsAsync(S3ObjectStoreOptions from, S3ObjectStoreOptions to)
    {
        using var source = new S3ObjectStore(from, TimeProvider.System);
        using var target = new S3ObjectStore(to, TimeProvider.System);
        foreach (var bucket in Enum.GetValues<ObjectBucket>())
        {
            await foreach (var item in source.ListAsync(bucket, string.Empty, TestContext.Current.CancellationToken))
            {
                await using var content = await source.GetAsync(bucket, item.Key, TestContext.Current.CancellationToken);
                await target.PutAsync(bucket, item.Key, content!, "application/octet-stream", TestContext.Current.CancellationToken);
                await source.DeleteAsync(bucket, [item.Key], TestContext.Current.CancellationToken);
            }
        }
    }

    private static void CopyFolder(string from, string to)
    {
        Directory.CreateDirectory(to);
        foreach (var folder in Directory.EnumerateDirectories(from)) CopyFolder(folder, Path.Combine(to, Path.GetFileName(folder)));
        foreach (var file in Directory.EnumerateFiles(from)) File.Copy(file, Path.Combine(to, Path.GetFileName(file)));
    }
}
