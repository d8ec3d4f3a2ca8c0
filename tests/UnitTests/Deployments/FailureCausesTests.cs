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
    [InlineData("SANDBOX_CREATE_FAILED", FailureCategory.Provider, true)]
    [InlineData("STORAGE_WRITE_FAILED", FailureCategory.Platform, true)]
    [InlineData("DEPLOYMENT_QUOTA_EXCEEDED", FailureCategory.Quota, false)]
    public void Of_AKnownCode_HasItsCategory(string code, FailureCategory category, bool retryable)
    {
        var failure = FailureCauses.Of(Error.Failure(code, "x"), DeploymentStep.Build, []);

        (failure.Category, failure.Retryable).Should().Be((category, retryable));
    }

    [Fact]
    public void Of_AUsersCodeThatMayPass_IsRetried() =>
        FailureCauses.Of(Error.Unexpected("INSTALL_FAILED", "the registry is away"), DeploymentStep.Build, []).Retryable.Should().BeTrue();

    [Fact]
    public void Of_AnUnknownCode_IsOurs()
    {
        var failure = FailureCauses.Of(Error.Failure("WHATEVER", "x"), DeploymentStep.Build, []);

        (failure.Code, failure.Category).Should().Be(("DEPLOYMENT_STEP_FAILED", FailureCategory.Platform));
    }

    [Fact]
    public void Of_AnException_TellsNobodyItsText() =>
        FailureCauses.Of(new InvalidOperationException("password=hunter2"), DeploymentStep.Build).Message.Should().NotContain("hunter2");
}
