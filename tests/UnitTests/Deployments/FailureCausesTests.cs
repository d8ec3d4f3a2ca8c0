using ErrorOr;
using Libra.Deploy.Application.Deployments.Pipeline;
using Libra.Deploy.Domain.Deployments;

namespace Libra.Deploy.UnitTests.Deployments;

public sealed class FailureCausesTests
{
    [Theory]
    [InlineData("BUILD_FAILED", FailureCategory.User, false)]
    [InlineData("INSTALL_FAILED", FailureCategory.User, false)]
    [InlineData("ARTIFACT_INVALID", FailureCategory.User, false)]
    [InlineData("DEPLOYMENT_QUOTA_EXCEEDED", FailureCategory.Quota, false)]
    public void Of_ACodeOfTheUsers_HasItsCategory(string code, FailureCategory category, bool retryable)
    {
        var failure = FailureCauses.Of(Error.Failure(code, "x"), DeploymentStep.Build, []);

        (failure.Category, failure.Retryable).Should().Be((category, retryable));
    }

    [Theory]
    [InlineData("SANDBOX_CREATE_FAILED", FailureCategory.Provider)]
    [InlineData("TARGET_UNAVAILABLE", FailureCategory.Provider)]
    [InlineData("STORAGE_WRITE_FAILED", FailureCategory.Platform)]
    public void Of_WhatMayPass_IsRetried(string code, FailureCategory category)
    {
        var failure = FailureCauses.Of(Error.Unexpected(code, "x"), DeploymentStep.Build, []);

        (failure.Category, failure.Retryable, failure.Lasting).Should().Be((category, true, false));
    }

    [Theory]
    [InlineData("SANDBOX_CREATE_FAILED")]
    [InlineData("TARGET_UNAVAILABLE")]
    [InlineData("DEPLOYMENT_STEP_FAILED")]
    public void Of_WhatSomebodyHasToMend_IsThePlatformsAndNotRetried(string code)
    {
        var failure = FailureCauses.Of(Error.Failure(code, "The token may not do this."), DeploymentStep.Deploy, []);

        (failure.Category, failure.Retryable, failure.Lasting).Should().Be((FailureCategory.Platform, false, true));
    }

    [Fact]
    public void Of_AUsersCodeThatMayPass_IsRetried() =>
        FailureCauses.Of(Error.Unexpected("INSTALL_FAILED", "the registry is away"), DeploymentStep.Build, []).Retryable.Should().BeTrue();

    [Fact]
    public void Of_AnEndlessLine_KeepsItsBeginningAndFindsTheHintInAllOfIt()
    {
        var line = new string('x', 16_000) + " JavaScript heap out of memory";

        var failure = FailureCauses.Of(Error.Failure("BUILD_FAILED", "x"), DeploymentStep.Build, ["short", line]);

        failure.Excerpt.Should().Equal("short", new string('x', 500) + "…");
        failure.Hint.Should().Be(FailureHints.For("BUILD_FAILED", "x", [line])).And.NotBeNull();
    }

    [Fact]
    public void Of_AnUnknownCode_IsOurs()
    {
        var failure = FailureCauses.Of(Error.Failure("WHATEVER", "x"), DeploymentStep.Build, []);

        (failure.Code, failure.Category).Should().Be(("DEPLOYMENT_STEP_FAILED", FailureCategory.Platform));
    }

    [Theory]
    [InlineData(DeploymentStep.Build, 1, FailureCategory.User)]
    [InlineData(DeploymentStep.Build, 6, FailureCategory.Platform)]
    [InlineData(DeploymentStep.Deploy, 1, FailureCategory.Platform)]
    public void TimedOutRunning_BlamesTheBuildThatTookMostOfTheTime(DeploymentStep step, int minutesBefore, FailureCategory category)
    {
        var (deployment, token) = ADeployment.ThatReached(step);
        deployment.StartStep(token, step, ADeployment.Now.AddMinutes(minutesBefore));

        var failure = FailureCauses.TimedOutRunning(deployment);

        (failure.Code, failure.Category).Should().Be(("DEPLOYMENT_TIMEOUT", category));
        FailureCauses.TimedOut(deployment).Category.Should().Be(FailureCategory.Platform, "nobody may have run it");
    }

    [Fact]
    public void TimedOutRunning_WhenTheRequestAskedForLess_IsTheUsersDoingOnlyIfItHadAllOfThatTime()
    {
        var undisturbed = Shortened();
        undisturbed.Claim("w1", ADeployment.Now, ADeployment.LeaseTime);
        var takenOver = Shortened();
        takenOver.Claim("w1", ADeployment.Now, ADeployment.LeaseTime);
        takenOver.Claim("w2", ADeployment.Now + ADeployment.LeaseTime, ADeployment.LeaseTime);

        var handedOver = Shortened();
        foreach (var worker in new[] { "w1", "w2" })
        {
            var lease = handedOver.Claim(worker, ADeployment.Now, ADeployment.LeaseTime).Value;
            handedOver.StartStep(lease.Token, DeploymentStep.Validation, ADeployment.Now);
            if (worker == "w1") handedOver.ReleaseLease(lease.Token, ADeployment.Now);
        }

        var handedOverBetweenSteps = Shortened();
        var first = handedOverBetweenSteps.Claim("w1", ADeployment.Now, ADeployment.LeaseTime).Value;
        handedOverBetweenSteps.StartStep(first.Token, DeploymentStep.Validation, ADeployment.Now);
        handedOverBetweenSteps.CompleteStep(first.Token, DeploymentStep.Validation, ADeployment.Now);
        handedOverBetweenSteps.ReleaseLease(first.Token, ADeployment.Now);
        var second = handedOverBetweenSteps.Claim("w2", ADeployment.Now.AddSeconds(20), ADeployment.LeaseTime).Value;
        handedOverBetweenSteps.StartStep(second.Token, DeploymentStep.Sandbox, ADeployment.Now.AddSeconds(20));

        FailureCauses.TimedOutRunning(undisturbed).Category.Should().Be(FailureCategory.User);
        FailureCauses.TimedOutRunning(handedOver).Category.Should().Be(FailureCategory.Platform, "a worker that stopped began the same step");
        FailureCauses.TimedOutRunning(handedOverBetweenSteps).Category.Should().Be(FailureCategory.Platform, "it waited for a free slot");
        FailureCauses.TimedOut(undisturbed).Category.Should().Be(FailureCategory.Platform, "nobody ran it then");
        FailureCauses.TimedOutRunning(takenOver).Category.Should().Be(FailureCategory.Platform, "a worker died meanwhile");
    }

    [Fact]
    public void Of_AnException_TellsNobodyItsText() =>
        FailureCauses.Of(new InvalidOperationException("password=hunter2"), DeploymentStep.Build).Message.Should().NotContain("hunter2");

    private static Deployment Shortened() => Deployment.Accept(
        DeploymentId.New(ADeployment.Now),
        new DeploymentOrigin("p1", "org1", "u1", SourceKind.Project),
        new DeploymentSettings(TimeSpan.FromMinutes(1)) { TimeoutShortened = true },
        ADeployment.Now);
}
