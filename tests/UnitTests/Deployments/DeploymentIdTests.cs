using Libra.Deploy.Domain.Deployments;

namespace Libra.Deploy.UnitTests.Deployments;

public sealed class DeploymentIdTests
{
    [Fact]
    public void New_HasTheFormThatOldClientsKnow() =>
        DeploymentId.New(ADeployment.Now).Value.Should().MatchRegex("^deploy_1795435200000_[a-z0-9]{9}$");

    [Theory]
    [InlineData("deploy_1795426179846_dkfkq6bwc", true)]
    [InlineData("deploy_1_a", true)]
    [InlineData("deploy_1795426179846_dkfkq6bwcc", false)]
    [InlineData("deploy_1795426179846_DKFKQ6BWC", false)]
    [InlineData("deploy_1795426179846_dkfkq6bwc\n", false)]
    [InlineData("../deploy_1_a", false)]
    [InlineData("", false)]
    [InlineData(null, false)]
    public void TryParse_TakesOnlyTheForm(string? text, bool valid) => DeploymentId.TryParse(text).HasValue.Should().Be(valid);
}
