using Libra.Deploy.Domain.Deployments;

namespace Libra.Deploy.UnitTests.Deployments;

public sealed class DeploymentTests
{
    private static readonly DateTimeOffset Now = ADeployment.Now;

    [Fact]
    public void Claim_WhenWaiting_StartsTheFirstAttemptWithALease()
    {
        var deployment = ADeployment.ThatWaits();

        var lease = deployment.Claim("w1", Now, ADeployment.LeaseTime).Value;

        (deployment.Attempt, lease.Token, deployment.StartedAt).Should().Be((1, 1L, Now));
        lease.ExpiresAt.Should().Be(Now + ADeployment.LeaseTime);
    }

    [Fact]
    public void Claim_WhileAnotherWorkersLeaseHolds_IsRefused()
    {
        var (deployment, _) = ADeployment.ThatRuns();
        deployment.StartStep(1, DeploymentStep.Validation, Now);

        deployment.Claim("w2", Now.AddSeconds(19), ADeployment.LeaseTime).FirstError.Code.Should().Be("INVALID_STATE");
    }

    [Fact]
    public void StaleWorker_AfterATakeover_CanWriteNothing()
    {
        var (deployment, stale) = ADeployment.ThatReached(DeploymentStep.Build);
        deployment.StartStep(stale, DeploymentStep.Build, Now);
        var taken = deployment.Claim("w2", Now.AddSeconds(21), ADeployment.LeaseTime).Value;

        deployment.CompleteStep(stale, DeploymentStep.Build, Now).FirstError.Code.Should().Be("LEASE_LOST");
        deployment.FailAttempt(stale, ADeployment.Failure(FailureCategory.User), TimeSpan.Zero, Now).FirstError.Code.Should().Be(
            "LEASE_LOST");
        (deployment.Attempt, deployment.Interruptions, taken.Token).Should().Be((1, 1, stale + 1));
    }

    [Fact]
    public void RemainingSteps_AfterACrashInTheBuild_BeginWithTheSandbox()
    {
        var (deployment, token) = ADeployment.ThatReached(DeploymentStep.Build);
        deployment.StartStep(token, DeploymentStep.Build, Now);
        var next = deployment.Claim("w2", Now.AddSeconds(21), ADeployment.LeaseTime).Value.Token;

        deployment.RemainingSteps()[0].Should().Be(DeploymentStep.Sandbox);
        deployment.StartStep(next, DeploymentStep.Sandbox, Now).IsError.Should().BeFalse();
        (deployment.CurrentStep, deployment.Progress).Should().Be((DeploymentStep.Sandbox, 70));
    }

    [Fact]
    public void RemainingSteps_OnceBuilt_NeverBuildAgain()
    {
        var (deployment, token) = ADeployment.ThatReached(DeploymentStep.Deploy);
        deployment.StartStep(token, DeploymentStep.Deploy, Now);
        deployment.FailAttempt(token, ADeployment.Failure(FailureCategory.Provider), TimeSpan.FromSeconds(5), Now);
        deployment.Status.Should().Be(DeploymentStatus.Pending);
        deployment.Claim("w2", Now.AddSeconds(5), ADeployment.LeaseTime);

        (deployment.Attempt, deployment.Status).Should().Be((2, DeploymentStatus.Deploying));
        deployment.RemainingSteps().Should().Equal(DeploymentStep.Deploy, DeploymentStep.Cleanup);
    }

    [Fact]
    public void FailAttempt_WhenTheUsersDoing_EndsAtOnceWithoutDeadLetter()
    {
        var (deployment, token) = ADeployment.ThatReached(DeploymentStep.Build);
        deployment.StartStep(token, DeploymentStep.Build, Now);

        deployment.FailAttempt(token, ADeployment.Failure(FailureCategory.User), TimeSpan.Zero, Now);

        (deployment.Status, deployment.Failure!.Step).Should().Be((DeploymentStatus.Failed, DeploymentStep.Build));
        deployment.Events.OfType<DeploymentDeadLettered>().Should().BeEmpty();
        deployment.Events.OfType<DeploymentFinished>().Single().Refundable.Should().BeFalse();
    }

    [Fact]
    public void FailAttempt_WhenAttemptsAreUsedUp_MakesARefundedDeadLetter()
    {
        var (deployment, token) = ADeployment.ThatRuns(maxAttempts: 1);
        deployment.StartStep(token, DeploymentStep.Validation, Now);

        deployment.FailAttempt(token, ADeployment.Failure(FailureCategory.Platform), TimeSpan.Zero, Now);

        deployment.Events.OfType<DeploymentDeadLettered>().Single().Reason.Should().Be("max_retries_exceeded");
        deployment.Events.OfType<DeploymentFinished>().Single().Refundable.Should().BeTrue();
    }

    [Fact]
    public void FailAttempt_WhenSomebodyHasToMendIt_IsADeadLetterAtOnceAndRefunded()
    {
        var (deployment, token) = ADeployment.ThatRuns(maxAttempts: 4);
        deployment.StartStep(token, DeploymentStep.Validation, Now);

        deployment.FailAttempt(token, ADeployment.Failure(FailureCategory.Platform) with { Lasting = true }, TimeSpan.Zero, Now);

        (deployment.Status, deployment.Attempt).Should().Be((DeploymentStatus.Failed, 1));
        deployment.Events.OfType<DeploymentDeadLettered>().Single().Reason.Should().Be("system_error");
        deployment.Events.OfType<DeploymentFinished>().Single().Refundable.Should().BeTrue();
    }

    [Fact]
    public void FailAttempt_WhenItMayPass_WaitsUntilDue()
    {
        var (deployment, token) = ADeployment.ThatRuns();
        deployment.FailAttempt(token, ADeployment.Failure(FailureCategory.Provider), TimeSpan.FromSeconds(8), Now);

        deployment.Claim("w2", Now.AddSeconds(7), ADeployment.LeaseTime).IsError.Should().BeTrue();
        deployment.Claim("w2", Now.AddSeconds(8), ADeployment.LeaseTime).IsError.Should().BeFalse();
    }

    [Fact]
    public void RequestCancel_WhenWaiting_EndsItAndGivesTheChargeBack()
    {
        var deployment = ADeployment.ThatWaits();

        deployment.RequestCancel(Now);

        deployment.Status.Should().Be(DeploymentStatus.Cancelled);
        deployment.Events.OfType<DeploymentFinished>().Single().Refundable.Should().BeTrue();
    }

    [Fact]
    public void RequestCancel_WhenRunning_WaitsForTheWorker()
    {
        var (deployment, token) = ADeployment.ThatReached(DeploymentStep.Build);
        deployment.StartStep(token, DeploymentStep.Build, Now);

        deployment.RequestCancel(Now);
        deployment.Status.Should().Be(DeploymentStatus.Building);
        deployment.ConfirmCancel(token, Now);

        deployment.Status.Should().Be(DeploymentStatus.Cancelled);
        deployment.Events.OfType<DeploymentFinished>().Single().Refundable.Should().BeFalse("the build had begun");
    }

    [Fact]
    public void RequestCancel_WhenCompleted_IsRefusedAndChangesNothing()
    {
        var deployment = ADeployment.ThatCompleted();

        deployment.RequestCancel(Now).FirstError.Code.Should().Be("INVALID_STATE");
        deployment.Status.Should().Be(DeploymentStatus.Completed);
    }

    [Fact]
    public void StartStep_OutOfOrder_IsRefused()
    {
        var (deployment, token) = ADeployment.ThatRuns();

        deployment.StartStep(token, DeploymentStep.Build, Now).IsError.Should().BeTrue();
        deployment.SkipStep(token, DeploymentStep.Sync, "no", Now).IsError.Should().BeTrue();
        deployment.Journal.Should().BeEmpty();
    }

    [Fact]
    public void Progress_WalkingThroughAllSteps_ShowsTheMarksOfTheContract()
    {
        var (deployment, token) = ADeployment.ThatRuns();
        var marks = new List<int>();
        foreach (var step in DeploymentSteps.InOrder)
        {
            deployment.StartStep(token, step, Now);
            marks.Add(deployment.Progress);
            deployment.CompleteStep(token, step, Now);
        }

        deployment.Complete(token, Now);
        marks.Append(deployment.Progress).Distinct().Should().Equal(10, 25, 45, 70, 90, 100);
        deployment.Status.Should().Be(DeploymentStatus.Completed);
    }

    [Fact]
    public void ReleaseLease_ByAPlannedStop_IsNotCountedAsADeath()
    {
        var (deployment, token) = ADeployment.ThatReached(DeploymentStep.Build);
        deployment.StartStep(token, DeploymentStep.Build, Now);

        deployment.ReleaseLease(token, Now);
        var next = deployment.Claim("w2", Now, ADeployment.LeaseTime).Value.Token;

        deployment.Interruptions.Should().Be(0);
        deployment.StartStep(next, DeploymentStep.Sandbox, Now).IsError.Should().BeFalse();
    }

    [Fact]
    public void RecordArtifact_WhenABuildMadeAnotherBefore_ReleasesThatOne()
    {
        var (deployment, token) = ADeployment.ThatRuns();
        deployment.RecordArtifact(token, "first", 10, reused: false);
        deployment.RecordArtifact(token, "first", 10, reused: false);
        deployment.TakeEvents().OfType<ArtifactReleased>().Should().BeEmpty("it is the same");

        deployment.RecordArtifact(token, "second", 20, reused: false);

        deployment.TakeEvents().OfType<ArtifactReleased>().Should().ContainSingle().Which.Should()
            .Be(new ArtifactReleased(deployment.Id, deployment.ProjectId, "first", 10));
    }

    [Fact]
    public void RecordSource_WhenAnArtifactWasTakenUp_ReleasesIt()
    {
        var (deployment, token) = ADeployment.ThatRuns();
        deployment.RecordArtifact(token, "digest", 10, reused: false);

        deployment.RecordSource(token, "source");

        deployment.TakeEvents().OfType<ArtifactReleased>().Should().ContainSingle(released => released.Digest == "digest");
    }

    [Fact]
    public void RecordArtifact_TellsThatItIsTaken_AndANewLookAtTheSourceForgetsIt()
    {
        var (deployment, token) = ADeployment.ThatRuns();
        deployment.RecordSource(token, "source");
        deployment.RecordArtifact(token, "digest", 10, reused: true);

        deployment.TakeEvents().OfType<ArtifactTaken>().Should().ContainSingle(taken => taken.Digest == "digest");
        deployment.RecordSource(token, "source");

        deployment.ArtifactDigest.Should().BeNull("whether it is stored is to be found out again");
        deployment.ArtifactReused.Should().BeFalse();
    }
}
