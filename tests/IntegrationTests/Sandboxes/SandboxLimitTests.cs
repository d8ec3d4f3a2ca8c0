using System.Diagnostics;
using Libra.Deploy.Application.Deployments.Pipeline;

namespace Libra.Deploy.IntegrationTests.Sandboxes;

/// <summary>Builds that use up the machine, or do not end.</summary>
public sealed class SandboxLimitTests(SandboxFixture fixture)
{
    private const string Daemons = """
        for number in 1 2 3; do setsid sh -c 'trap "" TERM HUP INT; while :; do sleep 1; done' "$1" & done
        echo started
        """;

    private const string NeedsRoot = "Without root there are neither control groups nor users of their own.";

    private static readonly SandboxExit Succeeded = new(SandboxExitReason.Exited, 0);

    [Fact]
    public async Task Build_WhenItForksWithoutEnd_IsHeldAtItsLimit()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, NeedsRoot);
        await using var open = await OpenSandbox.CreateAsync(fixture.Provider, limits: new SandboxLimits { MaxProcesses = 64 });

        var exit = await open.RunScriptAsync("""
            import { spawn } from 'node:child_process';
            let started = 0;
            for (let i = 0; i < 200; i++) {
              try { const child = spawn('sleep', ['600'], { stdio: 'ignore' }); child.on('error', () => {}); if (child.pid) started++; } catch { }
            }
            console.log('started', started);
            process.exit(5);
            """);

        exit.ExitCode.Should().Be(5);
        int.Parse(open.Output.Split("started ")[1].Split('\n')[0], provider: null).Should().BeInRange(5, 64);
    }

    [Fact]
    public async Task Build_WhenItTakesMoreMemoryThanItMay_EndsAsOutOfMemory()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, NeedsRoot);
        await using var open = await OpenSandbox.CreateAsync(fixture.Provider, limits: new SandboxLimits { MemoryBytes = 256 << 20 });

        var exit = await open.RunScriptAsync(
            "const kept = []; for (let i = 0; i < 64; i++) kept.push(Buffer.alloc(16 << 20, i)); console.log('took', kept.length);");

        exit.Reason.Should().Be(SandboxExitReason.OutOfMemory, open.Output);
        open.Output.Should().NotContain("took 64");
    }

    [Fact]
    public async Task Build_WhenItFillsTheDisk_RunsOutOfItsOwnSpace()
    {
        await using var open = await OpenSandbox.CreateAsync(fixture.Provider, limits: new SandboxLimits { DiskBytes = 32 << 20 });

        await open.RunScriptAsync("""
            import fs from 'node:fs';
            for (const folder of ['/work', '/tmp', '/home/build', '/dev/shm']) {
              let written = 0;
              try { const file = fs.openSync(`${folder}/fill`, 'w'); for (; written < 700; written += 10) fs.writeSync(file, Buffer.alloc(10 << 20)); console.log(folder, 'took all'); }
              catch (e) { console.log(folder, e.code); }
              fs.rmSync(`${folder}/fill`, { force: true });
            }
            """);

        open.Output.Should().Contain("/work ENOSPC").And.Contain("/tmp ENOSPC").And.Contain("/home/build ENOSPC").And.Contain(
            "/dev/shm ENOSPC");
    }

    [Fact]
    public async Task Build_WhenItFloodsItsOutput_KeepsTheLimitAndSaysSo()
    {
        var limits = new SandboxLimits { MaxOutputBytes = 256 << 10 };
        await using var open = await OpenSandbox.CreateAsync(fixture.Provider, limits: limits);
        await open.WriteAsync(("flood.sh", "mkdir dist; yes flood | head -c 50000000"));

        var exit = await open.BuildAsync(["sh", "flood.sh"]);

        exit.Should().Be(Succeeded);
        open.Output.Length.Should().BeInRange(256 << 10, (256 << 10) + 200);
        open.Output.Should().EndWith("[output beyond 256 KiB is not kept]\n");
    }

    [Fact]
    public async Task Build_WhenItsResultIsLargerThanTheDisk_EndsAsLimitExceeded()
    {
        await using var open = await OpenSandbox.CreateAsync(fixture.Provider, limits: new SandboxLimits { DiskBytes = 32 << 20 });

        // Sparse: it takes no room inside, and all of it in a tar.
        await open.WriteAsync(("sparse.sh", "mkdir dist && truncate -s 500M dist/zeros"));
        var exit = await open.BuildAsync(["sh", "sparse.sh"]);

        exit.Reason.Should().Be(SandboxExitReason.LimitExceeded, open.Output);
        open.Result.Length.Should().BeLessThanOrEqualTo(32 << 20);
    }

    [Fact]
    public async Task Build_WhenItDoesNotEnd_EndsAsTimedOut()
    {
        await using var open = await OpenSandbox.CreateAsync(fixture.Provider);
        await open.WriteAsync(("hang.sh", "sleep 600"));

        var exit = await open.BuildAsync(TimeSpan.FromSeconds(1), TestContext.Current.CancellationToken, ["sh", "hang.sh"]);

        exit.Reason.Should().Be(SandboxExitReason.TimedOut);
    }

    [Fact]
    public async Task Build_WhenItsSandboxHasOutlivedItsLifetime_IsStoppedAndTheSandboxGone()
    {
        await using var open = await OpenSandbox.CreateAsync(
            fixture.Provider, limits: new SandboxLimits { Lifetime = TimeSpan.FromSeconds(1) });
        await open.WriteAsync(("hang.sh", "sleep 600"));

        var exit = await open.BuildAsync(["sh", "hang.sh"]);

        exit.Reason.Should().Be(SandboxExitReason.TimedOut);
        await Eventually.BecomesTrueAsync(
            () => fixture.FoldersOf(open.Sandbox.Id).Count == 0, Eventually.Patience, "nothing of the sandbox stays");
    }

    [Fact]
    public async Task Build_WhenItLeavesDaemonsBehind_NoneSurvivesIt()
    {
        var marker = $"daemon-{Guid.NewGuid():N}";
        await using var open = await OpenSandbox.CreateAsync(fixture.Provider);
        await open.WriteAsync(("daemons.sh", Daemons));

        var exit = await open.BuildAsync(["mkdir", "dist"], ["sh", "daemons.sh", marker]);

        exit.Should().Be(Succeeded, open.Output);
        await Eventually.BecomesTrueAsync(
            () => HostProcesses.With(marker).Count == 0, Eventually.Patience, "what the build left in the background ends with it");
    }

    [Fact]
    public Task Build_WhenCanceled_KillsEverythingWithinFiveSeconds() => Promise.IsKeptAsync(TimeSpan.FromSeconds(5), CancelBuildAsync);

    private async Task<TimeSpan> CancelBuildAsync()
    {
        var marker = $"daemon-{Guid.NewGuid():N}";
        await using var open = await OpenSandbox.CreateAsync(fixture.Provider);
        await open.WriteAsync(("daemons.sh", Daemons + "\ntrap '' TERM HUP INT; while :; do sleep 1; done"));
        using var cancel = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        var running = open.BuildAsync(TimeSpan.FromMinutes(1), cancel.Token, ["sh", "daemons.sh", marker]);
        await Eventually.BecomesTrueAsync(() => open.Output.Contains("started"), Eventually.Patience, "the build begins");
        HostProcesses.With(marker).Should().NotBeEmpty("they run until the cancellation");

        var clock = Stopwatch.StartNew();
        await cancel.CancelAsync();

        await FluentActions.Awaiting(() => running).Should().ThrowAsync<OperationCanceledException>();
        await Eventually.BecomesTrueAsync(() => HostProcesses.With(marker).Count == 0, Eventually.Patience, "nothing of it goes on");
        return clock.Elapsed;
    }

    [Fact]
    public async Task Dispose_WhenABuildRuns_StopsItAndRemovesItsFolder()
    {
        var marker = $"daemon-{Guid.NewGuid():N}";
        var open = await OpenSandbox.CreateAsync(fixture.Provider);
        await open.WriteAsync(("daemons.sh", Daemons + "\nsleep 600"));
        var running = open.BuildAsync(["sh", "daemons.sh", marker]);
        await Eventually.BecomesTrueAsync(() => open.Output.Contains("started"), Eventually.Patience, "the build begins");

        await open.DisposeAsync();
        await open.DisposeAsync();

        await FluentActions.Awaiting(() => running).Should().ThrowAsync<OperationCanceledException>();
        await Eventually.BecomesTrueAsync(() => HostProcesses.With(marker).Count == 0, Eventually.Patience, "nothing of it goes on");
        fixture.FoldersOf(open.Sandbox.Id).Should().BeEmpty();
    }
}
