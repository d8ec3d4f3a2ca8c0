using Libra.Deploy.Domain.Deployments;

namespace Libra.Deploy.UnitTests.Deployments;

/// <summary>What becomes of a deployment whose worker takes it and cannot begin.</summary>
public sealed class DeploymentClaimTests
{
    private static readonly DateTimeOffset Now = ADeployment.Now;
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(8);

    [Fact]
    public void Claim_WhenOnlyTheEndCouldNotBeWritten_LetsItComplete()
    {
        var (deployment, token) = ADeployment.ThatReached(DeploymentStep.Cleanup);
        deployment.StartStep(token, DeploymentStep.Cleanup, Now);
        deployment.CompleteStep(token, DeploymentStep.Cleanup, Now);
        deployment.FailAttempt(token, ADeployment.Failure(FailureCategory.Platform), TimeSpan.Zero, Now);

        var next = deployment.Claim("w2", Now, ADeployment.LeaseTime).Value.Token;

        deployment.Complete(next, Now).IsError.Should().BeFalse();
        deployment.Status.Should().Be(DeploymentStatus.Completed);
    }

    [Fact]
    public void PutOff_InTheFirstTurn_LeavesItAsIfNobodyHadTakenIt()
    {
        var (deployment, token) = ADeployment.ThatRuns();
        deployment.StartStep(token, DeploymentStep.Validation, Now);

        deployment.PutOff(token, Pause, Now).IsError.Should().BeFalse();

        (deployment.Status, deployment.Attempt, deployment.Progress, deployment.StartedAt, deployment.Lease)
            .Should().Be((DeploymentStatus.Pending, 0, 0, null, null));
        deployment.Journal.Should().BeEmpty();
        deployment.Claim("w2", Now + Pause - TimeSpan.FromSeconds(1), ADeployment.LeaseTime).IsError.Should().BeTrue();
        deployment.StartStep(token, DeploymentStep.Validation, Now).IsError.Should().BeTrue("its worker has given it back");
    }

    [Fact]
    public void Claim_AfterItWasPutOff_StartsItsTimeAndIsNotToldAgain()
    {
        var (deployment, token) = ADeployment.ThatRuns();
        deployment.PutOff(token, Pause, Now);
        var later = Now.AddHours(1);

        deployment.Claim("w2", later, ADeployment.LeaseTime).IsError.Should().BeFalse();

        (deployment.Attempt, deployment.Interruptions, deployment.Deadline, deployment.IsFirstTurn)
            .Should().Be((1, 0, later + deployment.Settings.Timeout, true));
        deployment.Events.OfType<DeploymentStarted>().Should().ContainSingle();
    }

    [Fact]
    public void PutOff_ByWhoeverTookOverFromADeadWorker_KeepsWhatWasBegun()
    {
        var (deployment, token) = ADeployment.ThatRuns();
        deployment.StartStep(token, DeploymentStep.Validation, Now);
        var taken = deployment.Claim("w2", Now + ADeployment.LeaseTime, ADeployment.LeaseTime).Value.Token;

        deployment.PutOff(taken, Pause, Now + ADeployment.LeaseTime).IsError.Should().BeFalse();
        deployment.Claim("w3", Now + ADeployment.LeaseTime, ADeployment.LeaseTime).IsError.Should().BeFalse();

        (deployment.Attempt, deployment.Interruptions, deployment.StartedAt).Should().Be((1, 1, Now));
    }

    [Fact]
    public void PutOff_OfALaterAttempt_CostsNoneAndKeepsTheDeadline()
    {
        var (deployment, token) = ADeployment.ThatRuns();
        deployment.FailAttempt(token, ADeployment.Failure(FailureCategory.Provider), TimeSpan.Zero, Now);
        var second = deployment.Claim("w2", Now, ADeployment.LeaseTime).Value.Token;

        deployment.PutOff(second, Pause, Now).IsError.Should().BeFalse();
        deployment.Claim("w3", Now, ADeployment.LeaseTime).IsError.Should().BeFalse();

        (deployment.Attempt, deployment.Interruptions, deployment.StartedAt).Should().Be((2, 0, Now));
    }

    [Fact]
    public void PutOff_OfOneThatIsToBeCancelled_CancelsIt()
    {
        var (deployment, token) = ADeployment.ThatRuns();
        deployment.RequestCancel(Now);

        deployment.PutOff(token, Pause, Now).IsError.Should().BeFalse();

        deployment.Status.Should().Be(DeploymentStatus.Cancelled);
        deployment.Events.OfType<DeploymentFinished>().Single().Refundable.Should().BeTrue();
    }

    [Fact]
    public void PutOff_ByAStaleWorker_IsRefused()
    {
        var (deployment, stale) = ADeployment.ThatRuns();
        deployment.Claim("w2", Now + ADeployment.LeaseTime, ADeployment.LeaseTime);

        deployment.PutOff(stale, Pause, Now).FirstError.Code.Should().Be("LEASE_LOST");
        deployment.Lease!.Owner.Should().Be("w2");
    }
}
