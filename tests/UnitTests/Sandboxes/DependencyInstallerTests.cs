using System.Text;
using Libra.Deploy.Application.Deployments.Pipeline;
using Libra.Deploy.Application.Projects.Source;
using Libra.Deploy.Infrastructure.Runtime;
using Libra.Deploy.Infrastructure.Sandboxes;
using Libra.Deploy.Infrastructure.Sandboxes.Dependencies;

namespace Libra.Deploy.UnitTests.Sandboxes;

public sealed class DependencyInstallerTests : IDisposable
{
    private readonly DirectoryInfo _root = Directory.CreateTempSubdirectory("libra-install-");
    private readonly StringBuilder _said = new();

    public void Dispose() => _root.Delete(recursive: true);

    [Fact]
    public async Task Install_WhenMakingRoomFails_LeavesNothingHeld()
    {
        var store = new DependencyStore(_root.CreateSubdirectory("deps").FullName, maxBytes: 1, TimeProvider.System);
        // What is removed gets a longer name first, and this one has no room for that.
        var stuck = Directory.CreateDirectory(Path.Combine(_root.FullName, "deps", new string('x', 240)));
        await File.WriteAllTextAsync(
            Path.Combine(stuck.FullName, "entry.json"), """{"Bytes":1000,"Folders":[]}""", TestContext.Current.CancellationToken);

        var install = () => InstallAsync(store);

        await install.Should().ThrowAsync<IOException>();
        var added = store.Entries().Single(entry => entry.Key != stuck.Name);
        store.IsUnused(added.Key).Should().BeTrue();
    }

    [Fact]
    public async Task Install_WhenLockFilesAreIgnored_SaysSo()
    {
        var source = _root.CreateSubdirectory("source").FullName;
        foreach (var name in (string[])["bun.lockb", "yarn.lock"])
            await File.WriteAllTextAsync(Path.Combine(source, name), "", TestContext.Current.CancellationToken);

        await InstallAsync(new DependencyStore(_root.CreateSubdirectory("deps").FullName, maxBytes: 1000, TimeProvider.System));

        _said.ToString().Should().Contain("bun.lockb is ignored: the versions are those of bun.lock\n").And.Contain("yarn.lock is ignored");
    }

    private async Task InstallAsync(DependencyStore store)
    {
        var source = _root.CreateSubdirectory("source").FullName;
        await File.WriteAllTextAsync(Path.Combine(source, "package.json"), """{ "name": "p" }""");
        await File.WriteAllTextAsync(
            Path.Combine(source, "bun.lock"), """{ "lockfileVersion": 1, "workspaces": { "": { "name": "p" } }, "packages": {} }""");
        var installer = new DependencyInstaller(
            store, Path.Combine(_root.FullName, "work"), new SandboxToolchain(RuntimeLayout.Find()), new Uri("https://registry.test"));
        using var gate = new OutputGate(
            (_, data, _) =>
            {
                _said.Append(Encoding.UTF8.GetString(data.Span));
                return ValueTask.CompletedTask;
            },
            maxBytes: 10_000);

        var (exit, dependencies) = await installer.InstallAsync(source, PackageManager.Bun, gate, Fill, CancellationToken.None);

        exit.Succeeded.Should().BeTrue(_said.ToString());
        dependencies?.Dispose();
    }

    private static Task<SandboxExit> Fill(IReadOnlyList<string> command, string folder)
    {
        Directory.CreateDirectory(Path.Combine(folder, "node_modules"));
        return Task.FromResult(new SandboxExit(SandboxExitReason.Exited, 0));
    }
}
