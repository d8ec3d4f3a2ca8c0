using ErrorOr;
using Libra.Deploy.Domain.Deployments;

namespace Libra.Deploy.UnitTests.Deployments;

/// <summary>Random sequences of commands, also by stale workers and at odd times: whatever comes, the rules hold.</summary>
public sealed class DeploymentPropertyTests
{
    private const int Sequences = 3_000;
    private const int CommandsEach = 60;

    [Fact]
    public void RandomCommands_NeverBreakARule()
    {
        var ends = new HashSet<DeploymentStatus>();
        for (var seed = 0; seed < Sequences; seed++)
        {
            var run = new RandomRun(seed);
            for (var i = 0; i < CommandsEach; i++) run.Step();
            ends.Add(run.Deployment.Status);
        }

        ends.Should().Contain(
            [DeploymentStatus.Completed, DeploymentStatus.Failed, DeploymentStatus.Cancelled], "the sequences must reach every end");
    }

    private sealed class RandomRun(int seed)
    {
        private readonly Random _random = new(seed);
        private DateTimeOffset _now = ADeployment.Now;

        public Deployment Deployment { get; } = ADeployment.ThatWaits(maxAttempts: 3);

        public void Step()
        {
            var before = Snapshot.Of(Deployment);
            _now += TimeSpan.FromSeconds(_random.Next(0, 12));
            var token = _random.Next(8) == 0 ? Deployment.FencingToken - 1 : Deployment.FencingToken;
            var result = Command(token);

            var after = Snapshot.Of(Deployment);
            var context = $"seed {seed}: {before} -> {after}";
            if (result.IsError) after.Should().Be(before, "a refused command changes nothing ({0})", context);
            if (before.Status.IsTerminal()) after.Should().Be(before, "an end is final ({0})", context);
            if (after.Attempt == before.Attempt) after.Progress.Should().BeGreaterThanOrEqualTo(before.Progress, context);
            (after.Progress == 100).Should().Be(after.Status == DeploymentStatus.Completed, context);
            after.Token.Should().BeGreaterThanOrEqualTo(before.Token, context);
            after.Attempt.Should().BeLessThanOrEqualTo(3, context);
            Deployment.Journal.Count(run => run.Attempt == Deployment.Attempt && run.Status == StepStatus.InProgress)
                .Should().BeLessThanOrEqualTo(1, context);
            Deployment.Events.OfType<DeploymentFinished>().Count().Should().Be(after.Status.IsTerminal() ? 1 : 0, context);
            if (after.Status.IsTerminal()) Deployment.Lease.Should().BeNull(context);
        }

        private ErrorOr<Success> Command(long token)
        {
            var next = Deployment.RemainingSteps().FirstOrDefault(DeploymentStep.Cleanup);
            var step = _random.Next(6) == 0 ? (DeploymentStep)_random.Next(6) : next;
            return _random.Next(30) switch
            {
                < 6 => Simple(Deployment.Claim("w", _now, TimeSpan.FromSeconds(20))),
                < 14 => Deployment.StartStep(token, step, _now),
                < 23 => Deployment.CompleteStep(token, Deployment.CurrentStep ?? step, _now),
                < 24 => Deployment.SkipStep(token, step, "not needed", _now),
                < 25 => Deployment.FailAttempt(token, ADeployment.Failure((FailureCategory)_random.Next(4)), TimeSpan.FromSeconds(5), _now),
                < 26 => _random.Next(4) == 0
                    ? Deployment.RequestCancel(_now)
                    : Deployment.RenewLease(token, _now, TimeSpan.FromSeconds(20)),
                < 27 => Deployment.ConfirmCancel(token, _now),
                < 28 => _random.Next(2) == 0
                    ? Deployment.ReleaseLease(token, _now)
                    : Deployment.PutOff(token, TimeSpan.FromSeconds(5), _now),
                < 29 => _random.Next(10) == 0
                    ? Deployment.Abandon(ADeployment.Failure(FailureCategory.Platform), "system_error", _now)
                    : Result.Success,
                _ => Deployment.Complete(token, _now),
            };
        }

        private static ErrorOr<Success> Simple(ErrorOr<Lease> claimed) => claimed.IsError ? claimed.Errors : Result.Success;
    }

    private sealed record Snapshot(
        DeploymentStatus Status, int Progress, int Attempt, long Token, Lease? Lease, DateTimeOffset DueAt, string Journal)
    {
        public static Snapshot Of(Deployment deployment) => new(
            deployment.Status, deployment.Progress, deployment.Attempt, deployment.FencingToken, deployment.Lease, deployment.DueAt,
            string.Join(' ', deployment.Journal.Select(run => $"{run.Attempt}{run.Step}:{run.Status}/{run.Starts}")));
    }
}
