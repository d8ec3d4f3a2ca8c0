using Libra.Deploy.Application.Health;
using Microsoft.Extensions.Time.Testing;

namespace Libra.Deploy.UnitTests.Health;

public sealed class DependencyMonitorTests
{
    private readonly FakeTimeProvider _clock = new();
    private readonly Probe _probe = new();
    private readonly WrittenLines _log = new();
    private readonly DependencyMonitor _monitor;

    public DependencyMonitorTests() => _monitor = new DependencyMonitor(_probe, _clock, _log);

    [Fact]
    public async Task AskAsync_WhenTheProbeHangs_AnswersAtTheLimitAndStartsNoSecondTry()
    {
        var asked = _monitor.AskAsync(CancellationToken.None);
        await _probe.Tried.Task;

        _clock.Advance(_probe.Pace.Limit);
        var first = await asked;
        var second = await _monitor.AskAsync(CancellationToken.None);

        first.Healthy.Should().BeFalse();
        first.Message.Should().Be("No answer within 1 s.");
        second.Should().Be(first, "the first try still hangs");
        _probe.Tries.Should().Be(1);
    }

    [Fact]
    public async Task AskAsync_WhileTheFindingIsFresh_DoesNotTryAgain()
    {
        _probe.Answer.SetResult(ProbeFinding.Up("It answers."));

        await _monitor.AskAsync(CancellationToken.None);
        await _monitor.AskAsync(CancellationToken.None);
        _probe.Tries.Should().Be(1);

        _clock.Advance(_probe.Pace.Freshness);
        await _monitor.AskAsync(CancellationToken.None);
        _probe.Tries.Should().Be(2);
    }

    [Fact]
    public async Task AskAsync_WhenTheProbeThrows_TellsNothingOfTheCause()
    {
        _probe.Answer.SetException(new IOException("Host=10.0.0.1;Password=secret"));

        var health = await _monitor.AskAsync(CancellationToken.None);

        health.Healthy.Should().BeFalse();
        health.Message.Should().Be("It does not answer.");
    }

    [Fact]
    public async Task AskAsync_WhenItComesUpWithinItsFirstChance_WarnsOfNothing()
    {
        await FindAsync(ProbeFinding.Down("It starts."));
        (await FindAsync(ProbeFinding.Up("It answers."))).Healthy.Should().BeTrue();

        _log.All.Should().BeEmpty();
    }

    [Fact]
    public async Task AskAsync_WhenItDoesNotComeUp_TellsWhoAsksAtOnceAndWarnsOnceItsChanceIsOver()
    {
        (await FindAsync(ProbeFinding.Down("It starts."))).Healthy.Should().BeFalse();
        _log.Warnings.Should().BeEmpty();

        _clock.Advance(_probe.Pace.FirstChance);
        await FindAsync(ProbeFinding.Down("It is away."));
        await FindAsync(ProbeFinding.Down("It is away."));

        _log.Warnings.Should().Equal("Dependency probe is unhealthy: It is away.");
    }

    [Fact]
    public async Task AskAsync_WhenItFailsAfterItHasWorked_WarnsAtOnce()
    {
        await FindAsync(ProbeFinding.Up("It answers."));
        await FindAsync(ProbeFinding.Down("It is away."));

        _log.Warnings.Should().Equal("Dependency probe is unhealthy: It is away.");
    }

    private async Task<DependencyHealth> FindAsync(ProbeFinding finding)
    {
        _probe.Answer = new TaskCompletionSource<ProbeFinding>(TaskCreationOptions.RunContinuationsAsynchronously);
        _probe.Answer.SetResult(finding);
        var health = await _monitor.AskAsync(CancellationToken.None);
        _clock.Advance(_probe.Pace.Freshness);
        return health;
    }

    private sealed class Probe : IDependencyProbe
    {
        public string Name => "probe";

        public ProbePace Pace { get; } = new(TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(3))
        {
            FirstChance = TimeSpan.FromSeconds(30),
        };

        public TaskCompletionSource Tried { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public TaskCompletionSource<ProbeFinding> Answer { get; set; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public int Tries { get; private set; }

        public Task<ProbeFinding> ProbeAsync(CancellationToken cancellationToken)
        {
            Tries++;
            Tried.TrySetResult();
            return Answer.Task;
        }
    }
}
