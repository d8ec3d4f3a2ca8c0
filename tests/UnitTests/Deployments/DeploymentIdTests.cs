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

    [Theory]
    [InlineData("deploy_", 0, 10_000_000_000_000)]
    [InlineData("deploy_17954", 1_795_400_000_000, 1_795_500_000_000)]
    [InlineData("deploy_1795435200000", 1_795_435_200_000, 1_795_435_200_001)]
    [InlineData("deploy_1795435200000_", 1_795_435_200_000, 1_795_435_200_001)]
    [InlineData("deploy_1_abc", 1, 2)]
    public void Start_NamesTheTimeInWhichSuchIdsWereMade(string text, long from, long until)
    {
        var start = DeploymentIdStart.TryParse(text)!;

        (start.From.ToUnixTimeMilliseconds(), start.Until.ToUnixTimeMilliseconds()).Should().Be((from, until));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("shop")]
    [InlineData("deploy_shop")]
    [InlineData("deploy__a")]
    [InlineData("deploy_999999999999999")]
    [InlineData("deploy_1795435200000_ABC")]
    public void Start_OfNoId_IsRefused(string? text) => DeploymentIdStart.TryParse(text).Should().BeNull();

    [Theory]
    [InlineData("deploy_1795435200000_dkfkq6bwc", true)]
    [InlineData("deploy_1795435200000_dkfkq6bw", false)]
    [InlineData("deploy_1795435200000_", false)]
    [InlineData("deploy_1795435200000", false)]
    [InlineData("deploy_", false)]
    public void Start_IsAWholeId_OnlyWhenNoLongerOneBeginsWithIt(string text, bool whole) =>
        DeploymentIdStart.TryParse(text)!.Whole.Should().Be(whole ? DeploymentId.Parse(text) : null);

    [Fact]
    public void Start_OfANewId_HoldsTheMomentAtWhichItWasMade()
    {
        var now = ADeployment.Now.AddTicks(12_345);

        var start = DeploymentIdStart.TryParse(DeploymentId.New(now).Value)!;

        now.Should().BeOnOrAfter(start.From).And.BeBefore(start.Until);
    }
}
