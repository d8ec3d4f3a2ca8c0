using System.Text;
using Libra.Deploy.Application.Deployments.Pipeline;
using Libra.Deploy.Infrastructure.Sandboxes;
using Microsoft.Extensions.Time.Testing;

namespace Libra.Deploy.UnitTests.Sandboxes;

public sealed class InstallSpaceTests : IDisposable
{
    private const int MiB = 1 << 20;
    private static readonly SandboxExit Succeeded = new(SandboxExitReason.Exited, 0);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("libra-install-");
    private readonly FakeTimeProvider _clock = new();
    private readonly StringBuilder _said = new();
    private readonly OutputGate _gate;
    private long _free = 100 * MiB;

    public InstallSpaceTests() => _gate = new OutputGate(
        (_, data, _) =>
        {
            _said.Append(Encoding.UTF8.GetString(data.Span));
            return ValueTask.CompletedTask;
        },
        maxBytes: 1000);

    public void Dispose()
    {
        _gate.Dispose();
        _folder.Delete(recursive: true);
    }

    [Fact]
    public async Task Watch_WhenTheFolderOutgrowsItsLimit_EndsTheInstallAndSaysWhy()
    {
        var ending = WatchAsync(Endless);
        Write(3 * MiB);
        _free -= 3 * MiB;

        _clock.Advance(TimeSpan.FromSeconds(3));

        (await ending.WaitAsync(Patience, TestContext.Current.CancellationToken)).Reason.Should().Be(SandboxExitReason.LimitExceeded);
        _said.ToString().Should().Contain("The dependencies take more than 2 MiB of disk");
    }

    [Fact]
    public async Task Watch_WhenTheDiskHasLostLittle_DoesNotCountTheFolder()
    {
        Write(3 * MiB);
        _free -= MiB;

        var exit = await WatchAsync(_ =>
        {
            _clock.Advance(TimeSpan.FromSeconds(20));
            return Task.FromResult(Succeeded);
        });

        exit.Should().Be(Succeeded, "links into the package cache take nothing");
    }

    [Fact]
    public async Task Watch_WhenOthersGaveRoomBackMeanwhile_CountsTheFolderAllTheSame()
    {
        var ending = WatchAsync(Endless);
        Write(3 * MiB);
        _free += 50 * MiB;

        _clock.Advance(TimeSpan.FromSeconds(40));

        (await ending.WaitAsync(Patience, TestContext.Current.CancellationToken)).Reason.Should().Be(SandboxExitReason.LimitExceeded);
    }

    [Fact]
    public async Task Watch_WhenAnInstallEndsBetweenTwoLooks_CountsWhatItMade()
    {
        var exit = await WatchAsync(_ =>
        {
            Write(3 * MiB);
            _free -= 3 * MiB;
            return Task.FromResult(Succeeded);
        });

        exit.Reason.Should().Be(SandboxExitReason.LimitExceeded);
    }

    [Fact]
    public async Task Watch_WhenTheDiskIsNearlyFull_EndsTheInstallToBeTriedAgain()
    {
        var ending = WatchAsync(Endless);
        _free = 9 * MiB;

        _clock.Advance(TimeSpan.FromSeconds(3));

        var failure = (await FluentActions.Awaiting(() => ending.WaitAsync(Patience)).Should().ThrowAsync<SandboxException>()).Which;
        failure.Transient.Should().BeTrue("somebody else may have filled it");
        failure.Message.Should().Contain("less than 10 MiB left");
    }

    [Fact]
    public async Task Watch_WhenItsCallerGivesUp_IsCancelled()
    {
        using var gaveUp = new CancellationTokenSource();
        var ending = WatchAsync(Endless, gaveUp.Token);

        await gaveUp.CancelAsync();

        await FluentActions.Awaiting(() => ending).Should().ThrowAsync<OperationCanceledException>();
    }

    private static async Task<SandboxExit> Endless(CancellationToken cancellationToken)
    {
        await Task.Delay(Timeout.InfiniteTimeSpan, cancellationToken);
        return Succeeded;
    }

    private Task<SandboxExit> WatchAsync(
        Func<CancellationToken, Task<SandboxExit>> command, CancellationToken? cancellationToken = null)
    {
        var limits = new SandboxLimits { InstallDiskBytes = 2 * MiB, FreeDiskBytes = 10 * MiB };
        return new InstallSpace(_folder.FullName, limits, () => _free, _clock)
            .WatchAsync(command, _gate, cancellationToken ?? TestContext.Current.CancellationToken);
    }

    private void Write(int bytes) =>
        File.WriteAllBytes(Path.Combine(_folder.CreateSubdirectory("node_modules").FullName, "big"), new byte[bytes]);
}
