using System.Text.Json.Nodes;
using Libra.Deploy.IntegrationTests.Persistence;
using Libra.Deploy.IntegrationTests.Service;

namespace Libra.Deploy.IntegrationTests.Backup;

/// <summary>The way back from a lost machine, as docs/operations.md tells it.</summary>
public sealed class RestoreTests(TestPostgres server)
{
    [Fact]
    public async Task Restore_OfADumpAndTheObjectsIntoAFreshInstall_ServesTheSiteWithoutABuild()
    {
        var cancelled = TestContext.Current.CancellationToken;
        var root = Directory.CreateTempSubdirectory("libra-backup-");
        var (lost, fresh) = (root.CreateSubdirectory("lost").FullName, root.CreateSubdirectory("fresh").FullName);
        var dump = new DatabaseDump(root.CreateSubdirectory("dump").FullName);
        var before = await server.CreateDatabaseAsync();
        JsonNode first;
        await using (var node = await ServiceNode.StartAsync(before, lost))
        {
            first = await node.DeployPageAsync("one");
            await node.DeployPageAsync("two");
        }

        await dump.WriteAsync(before, cancelled);
        var after = await server.CreateDatabaseAsync();
        await using (await ServiceNode.CreateAsync(after, fresh)) await dump.RestoreAsync(after, cancelled);
        CopyFolder(Path.Combine(lost, "objects"), Path.Combine(fresh, "objects"));
        Directory.Delete(lost, recursive: true);

        await using (var node = await ServiceNode.StartAsync(after, fresh))
        {
            (await node.Admin.GetStringAsync($"/deploy/{first["deploymentId"]}/logs", cancelled)).Should().Contain("Live at");
            var again = await node.DeployPageAsync("two");
            again["steps"]!["build"]!["status"]!.GetValue<string>().Should().Be("skipped", "its artifact came with the objects");
            (await TestProject.VisitTextAsync(again)).Should().Be("two");
            (await TestProject.VisitTextAsync(await node.RollBackAsync(first))).Should().Be("one");
        }

        root.Delete(recursive: true);
    }

    private static void CopyFolder(string from, string to)
    {
        Directory.CreateDirectory(to);
        foreach (var folder in Directory.EnumerateDirectories(from)) CopyFolder(folder, Path.Combine(to, Path.GetFileName(folder)));
        foreach (var file in Directory.EnumerateFiles(from)) File.Copy(file, Path.Combine(to, Path.GetFileName(file)));
    }
}
