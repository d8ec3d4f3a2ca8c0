using Libra.Deploy.Application.Deployments;
using Libra.Deploy.Application.Deployments.Pipeline;
using Libra.Deploy.Domain.Deployments;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace Libra.Deploy.UnitTests.Deployments;

public sealed class LeaseWatchTests
{
    [Fact]
    public async Task Heartbeat_ThatTheDatabaseNeverAnswers_StopsTheRunBeforeItsLeaseEnds()
    {
        var clock = new FakeTimeProvider(ADeployment.Now);
        var (deployment, _) = ADeployment.ThatRuns();
        var leases = new LeasesThatHang();
        await using var watch = new LeaseWatch(
            deployment, leases, new DeploymentOptions(), clock, NullLogger.Instance, CancellationToken.None);
        watch.Look();
        await leases.Asked.WaitAsync(TestContext.Current.CancellationToken);

        clock.Advance(ADeployment.LeaseTime - new DeploymentOptions().LeaseRenewal);

        await StoppedAsync(watch.Token).WaitAsync(TimeSpan.FromSeconds(10), TestContext.Current.CancellationToken);
        watch.Cause.Should().Be(StopCause.LeaseLost);
    }

    [Fact]
    public async Task Deadline_ThatPassesDuringAHeartbeat_StopsTheRunWithoutWaitingForTheNext()
    {
        var clock = new FakeTimeProvider(ADeployment.Now);
        var (deployment, _) = ADeployment.ThatRuns();
        var leases = new LeasesThatTake(deployment.Settings.Timeout, clock);
        await using var watch = new LeaseWatch(
            deployment, leases, new DeploymentOptions(), clock, NullLogger.Instance, CancellationToken.None);

        watch.Look();

        await StoppedAsync(watch.Token).WaitAsync(TimeSpan.FromSeconds(10), TestContext.Current.CancellationToken);
        watch.Cause.Should().Be(StopCause.TimedOut);
    }

    private static Task StoppedAsync(CancellationToken stopped)
    {
        var source = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        stopped.Register(source.SetResult);
        return source.Task;
    }

    private sealed class LeasesThatHang : IDeploymentLeases
    {
        private readonly TaskCompletionSource _asked = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task Asked => _asked.Task;

        // Deaf to its token too, as a connection without an answer may be.
        public Task<LeaseRenewal> RenewAsync(
            DeploymentId id, long token, DateTimeOffset knownEnd, DateTimeOffset newEnd, CancellationToken cancellationToken)
        {
            _asked.TrySetResult();
            return new TaskCompletionSource<LeaseRenewal>().Task;
        }
    }

    private sealed class LeasesThatTake(TimeSpan time, FakeTimeProvider clock) : IDeploymentLeases
    {
        public Task<LeaseRenewal> RenewAsync(
            DeploymentId id, long token, DateTimeOffset knownEnd, DateTimeOffset newEnd, CancellationToken cancellationToken)
        {
            clock.Advance(time);
            return Task.FromResult(LeaseRenewal.Held);
        }
    }
}
