using System.Formats.Tar;
using Libra.Deploy.Application.Deployments.Pipeline;
using Libra.Deploy.Application.Projects.Source;
using Libra.Deploy.Domain.Deployments;
using Libra.Deploy.Infrastructure.Runtime;
using Libra.Deploy.Infrastructure.Sandboxes;
using Libra.Deploy.Infrastructure.Sandboxes.Bubblewrap;
using Libra.Deploy.Infrastructure.Sandboxes.Dependencies;
using Microsoft.Extensions.Time.Testing;

namespace Libra.Deploy.UnitTests.Sandboxes;

public sealed class LocalSandboxTests : IDisposable
{
    private readonly DirectoryInfo _data = Directory.CreateTempSubdirectory("libra-local-");
    private readonly FakeTimeProvider _clock = new();

    public void Dispose() => _data.Delete(recursive: true);

    [Fact]
    public async Task Install_WhenItTakesSeveralCommands_GivesThemOneLimitTogether()
    {
        await using var sandbox = await CreateAsync();
        await sandbox.WriteAsync(Project(), TestContext.Current.CancellationToken);

        await sandbox.InstallAsync(
            new DependencyInstall(PackageManager.Bun, "org", TimeSpan.FromMinutes(5)), (_, _, _) => ValueTask.CompletedTask,
            TestContext.Current.CancellationToken);

        sandbox.Limits.Should().Equal(TimeSpan.FromMinutes(5), TimeSpan.FromMinutes(3), TimeSpan.FromMinutes(1));
    }

    private async Task<SlowSandbox> CreateAsync()
    {
        var folders = new SandboxFolders(_data.FullName).Of("org");
        var id = DeploymentId.New(_clock.GetUtcNow());
        var own = await SandboxFolder.CreateAsync(folders, id, TestContext.Current.CancellationToken);
        var settings = new LocalSandboxSettings(
            new SandboxToolchain(RuntimeLayout.Find()), new Uri("https://registry.test/"), DependencyStoreBytes: 1, _clock);
        return new SlowSandbox(new SandboxSpec(id, "org", "project", new SandboxLimits()), folders, own, settings, _clock);
    }

    private static MemoryStream Project()
    {
        var tar = new MemoryStream();
        using (var writer = new TarWriter(tar, leaveOpen: true))
        {
            writer.WriteEntry(new PaxTarEntry(TarEntryType.RegularFile, "package.json")
            {
                DataStream = new MemoryStream("""{ "dependencies": { "a": "1" } }"""u8.ToArray()),
            });
        }

        tar.Position = 0;
        return tar;
    }

    /// <summary>Takes two minutes for each command of an install: one that makes a lock file, and one after the other that fails.</summary>
    private sealed class SlowSandbox(
        SandboxSpec spec, OrganizationFolders folders, SandboxFolder own, LocalSandboxSettings settings, FakeTimeProvider clock)
        : LocalSandbox(spec, folders, own, settings)
    {
        public List<TimeSpan> Limits { get; } = [];

        protected override async Task<SandboxExit> RunInstallerAsync(
            IReadOnlyList<string> line, string folder, TimeSpan timeout, OutputGate gate, CancellationToken cancellationToken)
        {
            Limits.Add(timeout);
            clock.Advance(TimeSpan.FromMinutes(2));
            if (Limits.Count > 1) return new SandboxExit(SandboxExitReason.Exited, 1);

            await File.WriteAllTextAsync(
                Path.Combine(folder, "bun.lock"), """{ "lockfileVersion": 1, "workspaces": {}, "packages": {} }""", cancellationToken);
            return new SandboxExit(SandboxExitReason.Exited, 0);
        }

        protected override Task<SandboxExit> RunBuildAsync(
            SandboxBuild build, InstalledDependencies? dependencies, Stream result, OutputGate gate, CancellationToken cancellationToken) =>
            throw new NotSupportedException();
    }
}
