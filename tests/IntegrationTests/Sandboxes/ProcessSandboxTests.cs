using Libra.Deploy.Application.Deployments.Pipeline;
using Libra.Deploy.Application.Projects.Source;
using Libra.Deploy.Domain.Deployments;
using Libra.Deploy.Infrastructure.Processes;
using Libra.Deploy.Infrastructure.Runtime;
using Libra.Deploy.Infrastructure.Sandboxes;
using Libra.Deploy.Infrastructure.Sandboxes.Bubblewrap;
using Microsoft.Extensions.Logging.Abstractions;

namespace Libra.Deploy.IntegrationTests.Sandboxes;

/// <summary>The provider without isolation keeps the same contract.</summary>
public sealed class ProcessSandboxTests : IDisposable
{
    private readonly DirectoryInfo _data = Directory.CreateTempSubdirectory("libra-process-");
    private readonly ProcessSandboxProvider _provider;

    public ProcessSandboxTests() => _provider = new ProcessSandboxProvider(
        new BubblewrapOptions { DataDirectory = _data.FullName }, RuntimeLayout.Find(), TimeProvider.System,
        NullLogger<ProcessSandboxProvider>.Instance);

    public void Dispose()
    {
        _provider.Dispose();
        _data.Delete(recursive: true);
    }

    [Fact]
    public async Task InstallAndBuild_WhenProjectUsesAPackage_GivesItsResult()
    {
        Environment.SetEnvironmentVariable("LIBRA_TEST_SECRET", "environment-secret");
        await using var open = await OpenSandbox.CreateAsync(_provider);
        await open.WriteAsync(
            ("package.json", """{ "type": "module", "dependencies": { "is-number": "7.0.0" } }"""),
            ("build.mjs", "import fs from 'node:fs'; import isNumber from 'is-number'; console.log(process.env); fs.mkdirSync('dist'); fs.writeFileSync('dist/index.html', `${isNumber(1)}`);"));

        var installed = await open.InstallAsync(PackageManager.Bun);
        var built = await open.BuildAsync(
            ["bun", "--version"], ["node", "build.mjs"], ["node", "/opt/libra/bundle.mjs"], ["cp", ".libra-out/result.json", "dist/"]);

        installed.Succeeded.Should().BeTrue(open.Output);
        built.Succeeded.Should().BeTrue(open.Output);
        open.ResultEntries().Select(entry => entry.Name).Should().BeEquivalentTo("index.html", "result.json");
        open.Output.Should().NotContain("environment-secret");
    }

    [Fact]
    public async Task Create_WhileTheOrganizationsPackageCacheIsBeingReplaced_WaitsForThat()
    {
        await _provider.ProbeAsync(TestContext.Current.CancellationToken); // so that nothing else is waited for
        var replacing = LockFile.TryTake(new SandboxFolders(_data.FullName).Of("org").InUse);
        var creating = OpenSandbox.CreateAsync(_provider, "org");
        using (var impatient = new CancellationTokenSource())
        {
            var cancelled = _provider.CreateAsync(
                new SandboxSpec(DeploymentId.New(TimeProvider.System.GetUtcNow()), "org", "project", new SandboxLimits()), impatient.Token);
            await impatient.CancelAsync();
            await cancelled.Awaiting(task => task).Should().ThrowAsync<OperationCanceledException>();
        }

        replacing!.Dispose();

        await using var open = await creating.WaitAsync(Eventually.Patience, TestContext.Current.CancellationToken);
        open.Sandbox.Id.Should().NotBeEmpty();
    }

    [Fact]
    public async Task Build_WhenItDoesNotEnd_IsKilledWithItsChildren()
    {
        var marker = $"child-{Guid.NewGuid():N}";
        await using var open = await OpenSandbox.CreateAsync(_provider);
        await open.WriteAsync(("hang.sh", "sh -c 'trap \"\" TERM; while :; do sleep 1; done' \"$1\""));

        var exit = await open.BuildAsync(TimeSpan.FromSeconds(1), TestContext.Current.CancellationToken, ["sh", "hang.sh", marker]);

        exit.Reason.Should().Be(SandboxExitReason.TimedOut);
        await Eventually.BecomesTrueAsync(() => HostProcesses.With(marker).Count == 0, Eventually.Patience, "nothing of the build goes on");
    }
}
