using Libra.Deploy.Domain.Deployments;
using Libra.Deploy.Domain.Queue;
using Libra.Deploy.UnitTests.Deployments;

namespace Libra.Deploy.UnitTests.Queue;

public sealed class DeadLetterTests
{
    private static readonly DateTimeOffset Now = ADeployment.Now;

    [Fact]
    public void Of_ADeploymentOutOfAttempts_HoldsTheFailureOfEveryAttempt()
    {
        var deployment = ADeployment.ThatWaits(maxAttempts: 2);
        for (var attempt = 0; attempt < 2; attempt++)
        {
            var token = deployment.Claim("w1", Now, ADeployment.LeaseTime).Value.Token;
            if (attempt == 0) deployment.StartStep(token, DeploymentStep.Validation, Now);
            deployment.FailAttempt(token, ADeployment.Failure(FailureCategory.Provider), TimeSpan.Zero, Now);
        }

        var letter = DeadLetter.Of(deployment, DeadLetterReasons.MaxRetriesExceeded, "deployment-queue", Now);

        letter.TotalRetries.Should().Be(1);
        letter.RetryHistory.Select(failed => (failed.Attempt, failed.Step)).Should().Equal((1, "validation"), (2, null));
        letter.FinalError.Should().Be("BUILD_FAILED: It failed.");
        letter.Message.Should().BeEquivalentTo(
            new
            {
                DeploymentId = deployment.Id.Value,
                ProjectId = "p1",
                OrgId = "org1",
                UserId = "u1",
                Source = "project",
                MaxAttempts = 2
            });
    }

    [Fact]
    public void Replay_WhenOpen_RemembersTheNewDeployment()
    {
        var letter = ThatIsOpen();
        var replay = DeploymentId.New(Now);

        letter.Replay(replay, "ann", "disk replaced", Now).IsError.Should().BeFalse();

        letter.Resolution.Should().Be(new Resolution(ResolutionAction.Replayed, "ann", Now, "disk replaced", replay));
    }

    [Fact]
    public void Discard_WhenReplayedAlready_IsRefusedAndChangesNothing()
    {
        var letter = ThatIsOpen();
        letter.Replay(DeploymentId.New(Now), "ann", null, Now);

        var discarded = letter.Discard("bob", null, Now);

        discarded.FirstError.Code.Should().Be("INVALID_STATE");
        letter.Resolution!.By.Should().Be("ann");
    }

    [Fact]
    public void Replay_OfAMessageThatNamesNoDeployment_IsRefused()
    {
        var letter = DeadLetter.OfInvalidMessage("17", "nonsense", "It cannot be read.", "deployment-queue", Now);

        letter.Replay(DeploymentId.New(Now), "ann", null, Now).FirstError.Code.Should().Be("INVALID_STATE");

        letter.Resolution.Should().BeNull();
        letter.Reason.Should().Be(DeadLetterReasons.InvalidMessage);
    }

    private static DeadLetter ThatIsOpen() =>
        DeadLetter.Of(ADeployment.ThatWaits(), DeadLetterReasons.SystemError, "deployment-queue", Now);
}
