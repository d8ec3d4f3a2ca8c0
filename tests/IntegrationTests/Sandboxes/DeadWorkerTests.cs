using System.Diagnostics;
using Libra.Deploy.Application.Deployments.Pipeline;
using Libra.Deploy.Domain.Deployments;
using Libra.Deploy.Infrastructure.Processes;
using Libra.Deploy.Infrastructure.Sandboxes;
using Libra.Deploy.Infrastructure.Sandboxes.Bubblewrap;

namespace Libra.Deploy.IntegrationTests.Sandboxes;

/// <summary>What a worker leaves behind that is killed without warning.</summary>
public sealed class DeadWorkerTests(SandboxFixture fixture)
{
    private const string MarkerVariable = "LIBRA_TEST_DEAD_WORKER_MARKER";

    [Fact]
    public async Task Reap_WhenAWorkerWasKilled_FindsNoProcessAndRemovesItsSandbox()
    {
        var marker = $"worker-{Guid.NewGuid():N}";
        using var worker = StartWorker(marker);
        await Eventually.BecomesTrueAsync(
            () => HostProcesses.With($"sleep\0{marker}").Count > 0 || worker.HasExited, TimeSpan.FromMinutes(5),
            "the build begins, unless the worker cannot");
        HostProcesses.With($"sleep\0{marker}").Should().NotBeEmpty();
        var folder = fixture.FoldersOf("*").Single(path => File.Exists(Path.Combine(path, "source", marker)));
        var deployment = DeploymentId.Parse(Path.GetFileName(folder).Split('.')[0]);
        (await fixture.Provider.ReapAsync(new HashSet<DeploymentId>(), TestContext.Current.CancellationToken))
            .Should().Be(0, "its owner lives");

        worker.Kill();
        await worker.WaitForExitAsync(TestContext.Current.CancellationToken);

        await Eventually.BecomesTrueAsync(
            () => HostProcesses.With($"sleep\0{marker}").Count == 0, Eventually.Patience, "nothing of a build outlives its worker");
        (await fixture.Provider.ReapAsync(new HashSet<DeploymentId> { deployment }, TestContext.Current.CancellationToken))
            .Should().Be(0, "its deployment is alive");
        (await fixture.Provider.ReapAsync(new HashSet<DeploymentId>(), TestContext.Current.CancellationToken)).Should().Be(1);
        Directory.Exists(folder).Should().BeFalse();
    }

    [Fact]
    public async Task Reap_WhenADeadWorkersStartLeftAProcess_EndsIt()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "Without root there are no control groups to find it in.");
        var id = $"{DeploymentId.New(TimeProvider.System.GetUtcNow())}.0a1b2c3d";
        var sandboxes = Directory.CreateDirectory(Path.Combine(fixture.DataDirectory, Guid.NewGuid().ToString("N"), "sandboxes"));
        sandboxes.CreateSubdirectory(id);
        await File.WriteAllTextAsync(Path.Combine(sandboxes.FullName, id + ".lock"), "", TestContext.Current.CancellationToken);
        using var left = Process.Start("sleep", ["600"]);
        foreach (var file in ControlGroups.Probe().Create(id, memoryBytes: 1 << 30)!.JoinFiles)
            await File.WriteAllTextAsync(file, $"{left.Id}", TestContext.Current.CancellationToken);

        await fixture.Provider.ReapAsync(new HashSet<DeploymentId>(), TestContext.Current.CancellationToken);

        await left.WaitForExitAsync(TestContext.Current.CancellationToken)
            .WaitAsync(Eventually.Patience, TestContext.Current.CancellationToken);
        left.ExitCode.Should().Be(137);
        sandboxes.EnumerateFileSystemInfos().Should().BeEmpty();
    }

    /// <summary>The worker of the first test, run in a process of its own.</summary>
    [Fact(Explicit = true)]
    public async Task Worker_UntilItIsKilled_Builds()
    {
        var marker = Environment.GetEnvironmentVariable(MarkerVariable)!;
        await using var open = await OpenSandbox.CreateAsync(fixture.Provider);
        await open.WriteAsync((marker, ""), ("wait.sh", "sh -c 'sleep 600; :' sleep \"$1\""));
        await open.BuildAsync(["sh", "wait.sh", marker]);
    }

    private Process StartWorker(string marker)
    {
        var method = $"{typeof(DeadWorkerTests).FullName}.{nameof(Worker_UntilItIsKilled_Builds)}";
        var start = new ProcessStartInfo(Environment.ProcessPath!, ["-explicit", "only", "-method", method]);
        start.Environment[MarkerVariable] = marker;
        start.Environment[SandboxFixture.DataDirectoryVariable] = fixture.DataDirectory;
        return Process.Start(start)!;
    }
}
