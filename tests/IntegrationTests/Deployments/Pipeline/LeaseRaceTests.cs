using ErrorOr;
using Libra.Deploy.Application.Deployments;
using Libra.Deploy.Application.Deployments.Pipeline;
using Libra.Deploy.Domain.Deployments;
using Libra.Deploy.IntegrationTests.Persistence;

namespace Libra.Deploy.IntegrationTests.Deployments.Pipeline;

/// <summary>Two workers with clocks of their own at one deployment: the one that stood still too long changes nothing any more.</summary>
public sealed class LeaseRaceTests(TestPostgres server) : IAsyncLifetime
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private static readonly DateTimeOffset Start = new(2026, 11, 23, 12, 0, 0, TimeSpan.Zero);

    private readonly DirectoryInfo _objects = Directory.CreateTempSubdirectory("libra-objects-");
    private PipelineNode _first = null!;
    private PipelineNode _second = null!;

    public async ValueTask InitializeAsync()
    {
        var database = await server.CreateDatabaseAsync();
        _first = await PipelineNode.StartAsync("first", database, _objects.FullName, Start);
        _second = await PipelineNode.StartAsync("second", database, _objects.FullName, Start.AddSeconds(21));
    }

    public async ValueTask DisposeAsync()
    {
        await _first.DisposeAsync();
        await _second.DisposeAsync();
        _objects.Delete(recursive: true);
    }

    [Fact]
    public async Task Write_OfAWorkerThatSleptPastItsLease_IsRefusedWhileAnotherGoesOn()
    {
        var id = await _first.AcceptAsync();
        var (asleep, overtaking) = (new Pause(), new Pause());
        _first.Target.OnPublish = asleep.HereAsync;
        _second.Target.OnVerify = overtaking.HereAsync;
        var stale = _first.RunAsync(id);
        await asleep.Reached.WaitAsync(Patience, TestContext.Current.CancellationToken);

        // For the second worker the first one's lease of 20 s has ended; the first one's clock stands still, as the whole machine may.
        var fresh = _second.RunAsync(id);
        await overtaking.Reached.WaitAsync(Patience, TestContext.Current.CancellationToken);
        var before = await _second.ViewAsync(id);
        asleep.GoOn();
        var staleEnd = await stale.WaitAsync(Patience, TestContext.Current.CancellationToken);
        var after = await _second.ViewAsync(id);
        overtaking.GoOn();
        var freshEnd = await fresh.WaitAsync(Patience, TestContext.Current.CancellationToken);

        staleEnd.Outcome.Should().Be(AttemptOutcome.LeaseLost);
        after.Should().BeEquivalentTo(before, "the write of the first worker came after the second one's claim");
        freshEnd.Outcome.Should().Be(AttemptOutcome.Completed);
        var end = await _second.ViewAsync(id);
        (end.Status, end.Attempt, end.WorkerUrl).Should().Be((DeploymentStatus.Completed, 1, $"http://{end.ProjectId}-worker.example"));
        _second.Sandboxes.Made.Should().Be(0, "the build was done when the first worker fell asleep");
        _second.Target.Published.Should().Equal(_first.Target.Published, "both put the same artifact live");
    }

    [Fact]
    public async Task Failure_SeenByAWorkerThatSleptPastItsLease_DoesNotEndTheDeployment()
    {
        var id = await _first.AcceptAsync();
        var asleep = new Pause { Answer = Error.Failure("TARGET_REJECTED", "Too late.") };
        _first.Target.OnPublish = asleep.HereAsync;
        var stale = _first.RunAsync(id);
        await asleep.Reached.WaitAsync(Patience, TestContext.Current.CancellationToken);

        (await _second.RunAsync(id)).Outcome.Should().Be(AttemptOutcome.Completed);
        asleep.GoOn();

        (await stale.WaitAsync(Patience, TestContext.Current.CancellationToken)).Outcome.Should().Be(AttemptOutcome.LeaseLost);
        (await _second.ViewAsync(id)).Status.Should().Be(DeploymentStatus.Completed);
    }

    [Fact]
    public async Task Claim_BeforeTheLeaseEnds_IsRefused()
    {
        var id = await _first.AcceptAsync();
        var busy = new Pause();
        _first.Target.OnPublish = busy.HereAsync;
        var run = _first.RunAsync(id);
        await busy.Reached.WaitAsync(Patience, TestContext.Current.CancellationToken);
        await _first.ExecuteAsync("UPDATE deploy.deployments SET lease_expires_at = $1 WHERE id = $2", Start.AddSeconds(22), id.Value);

        (await _second.RunAsync(id)).Outcome.Should().Be(AttemptOutcome.NotClaimed);
        busy.GoOn();

        (await run.WaitAsync(Patience, TestContext.Current.CancellationToken)).Outcome.Should().Be(AttemptOutcome.Completed);
    }

    /// <summary>A place at which a worker stands until it is told to go on.</summary>
    private sealed class Pause
    {
        private readonly TaskCompletionSource _reached = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly TaskCompletionSource _goOn = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public ErrorOr<Success> Answer { get; init; } = Result.Success;

        public Task Reached => _reached.Task;

        public async Task<ErrorOr<Success>> HereAsync(CancellationToken cancellationToken)
        {
            _reached.TrySetResult();
            await _goOn.Task.WaitAsync(cancellationToken);
            return Answer;
        }

        public void GoOn() => _goOn.TrySetResult();
    }
}
