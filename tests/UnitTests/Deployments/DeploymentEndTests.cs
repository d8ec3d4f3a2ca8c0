using Libra.Deploy.Domain.Deployments;

namespace Libra.Deploy.UnitTests.Deployments;

/// <summary>How a deployment ends, and what must have happened before it may.</summary>
public sealed class DeploymentEndTests
{
    private static readonly DateTimeOffset Now = ADeployment.Now;

    [Fact]
    public void Complete_WithAStepToDo_IsRefused()
    {
        var (deployment, token) = ADeployment.ThatReached(DeploymentStep.Deploy);

        deployment.Complete(token, Now).FirstError.Code.Should().Be("INVALID_STATE");
        (deployment.Status, deployment.Progress).Should().NotBe((DeploymentStatus.Completed, 100));
    }

    [Fact]
    public void Deadline_WhenItWaitedFirst_CountsFromItsStart()
    {
        var deployment = ADeployment.ThatWaits();
        deployment.Deadline.Should().BeNull();
        var start = Now + TimeSpan.FromHours(1);

        deployment.Claim("w1", start, ADeployment.LeaseTime);

        deployment.Deadline.Should().Be(start + deployment.Settings.Timeout);
    }

    [Fact]
    public void FailAttempt_WhenItEndsTheDeployment_TellsWhoseMatterItWas()
    {
        var (deployment, token) = ADeployment.ThatRuns();

        deployment.FailAttempt(token, ADeployment.Failure(FailureCategory.User), TimeSpan.Zero, Now);

        deployment.Events.OfType<DeploymentFinished>().Should().ContainSingle().Which.Category.Should().Be(FailureCategory.User);
    }

    [Fact]
    public void FailAttempt_OfOneThatIsToBeCancelled_CancelsItInsteadOfTryingAgain()
    {
        var (deployment, token) = ADeployment.ThatReached(DeploymentStep.Build);
        deployment.StartStep(token, DeploymentStep.Build, Now);
        deployment.RequestCancel(Now);

        deployment.FailAttempt(token, ADeployment.Failure(FailureCategory.Provider), TimeSpan.FromSeconds(8), Now).IsError.Should().BeFalse();

        (deployment.Status, deployment.Failure!.Code).Should().Be((DeploymentStatus.Cancelled, "DEPLOYMENT_CANCELLED"));
        deployment.Events.OfType<DeploymentDeadLettered>().Should().BeEmpty();
    }

    [Fact]
    public void Abandon_WhenTheUsersDoing_IsNoDeadLetterAndKeepsTheCharge()
    {
        var (deployment, _) = ADeployment.ThatRuns();

        deployment.Abandon(ADeployment.Failure(FailureCategory.User), DeadLetterReasons.ProcessingTimeout, Now);

        deployment.Events.OfType<DeploymentDeadLettered>().Should().BeEmpty();
        deployment.Events.OfType<DeploymentFinished>().Single().Refundable.Should().BeFalse();
    }

    [Fact]
    public void Complete_AfterAFailedAttempt_ShowsNoFailureAnyMore()
    {
        var (deployment, token) = ADeployment.ThatReached(DeploymentStep.Cleanup);
        deployment.FailAttempt(token, ADeployment.Failure(FailureCategory.Provider), TimeSpan.Zero, Now);
        var next = deployment.Claim("w2", Now, ADeployment.LeaseTime).Value.Token;
        deployment.StartStep(next, DeploymentStep.Cleanup, Now);
        deployment.CompleteStep(next, DeploymentStep.Cleanup, Now);

        deployment.Complete(next, Now).IsError.Should().BeFalse();

        deployment.Failure.Should().BeNull();
    }

    [Fact]
    public void Claim_OfTheNextAttempt_CountsItsDeathsAnew()
    {
        var (deployment, _) = ADeployment.ThatRuns();
        var second = deployment.Claim("w2", Now + ADeployment.LeaseTime, ADeployment.LeaseTime).Value.Token;
        deployment.Interruptions.Should().Be(1);
        deployment.FailAttempt(second, ADeployment.Failure(FailureCategory.Platform), TimeSpan.Zero, Now);

        deployment.Claim("w3", Now, ADeployment.LeaseTime);

        (deployment.Attempt, deployment.Interruptions).Should().Be((2, 0));
    }

    [Fact]
    public void Abandon_WhileAWorkerRunsIt_TakesTheLeaseFromThatWorker()
    {
        var (deployment, token) = ADeployment.ThatRuns();

        deployment.Abandon(ADeployment.Failure(FailureCategory.Platform), DeadLetterReasons.ProcessingTimeout,
            Now).IsError.Should().BeFalse();

        deployment.StartStep(token, DeploymentStep.Validation, Now).FirstError.Code.Should().Be("LEASE_LOST");
        deployment.Events.OfType<DeploymentDeadLettered>().Single().Reason.Should().Be("processing_timeout");
    }

    [Fact]
    public void Abandon_OfOneThatIsToBeCancelled_CancelsItAndLeavesNoDeadLetter()
    {
        var (deployment, token) = ADeployment.ThatRuns();
        deployment.RequestCancel(Now);

        deployment.Abandon(ADeployment.Failure(FailureCategory.Platform), DeadLetterReasons.ProcessingTimeout,
            Now).IsError.Should().BeFalse();

        (deployment.Status, deployment.Failure!.Code).Should().Be((DeploymentStatus.Cancelled, "DEPLOYMENT_CANCELLED"));
        deployment.Events.OfType<DeploymentDeadLettered>().Should().BeEmpty();
        deployment.StartStep(token, DeploymentStep.Validation, Now).FirstError.Code.Should().Be("LEASE_LOST");
    }

    [Fact]
    public void RequestCancel_WhenAskedTwice_KeepsTheFirstTime()
    {
        var (deployment, _) = ADeployment.ThatRuns();
        deployment.RequestCancel(Now);

        deployment.RequestCancel(Now.AddSeconds(3)).IsError.Should().BeFalse();

        deployment.CancelRequestedAt.Should().Be(Now);
    }

    [Fact]
    public void ConfirmCancel_WhenNobodyAsked_IsRefused()
    {
        var (deployment, token) = ADeployment.ThatRuns();

        deployment.ConfirmCancel(token, Now).FirstError.Code.Should().Be("INVALID_STATE");
        deployment.Status.IsTerminal().Should().BeFalse();
    }
}
