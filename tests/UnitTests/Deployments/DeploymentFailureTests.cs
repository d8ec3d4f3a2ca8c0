using Libra.Deploy.Domain.Deployments;

namespace Libra.Deploy.UnitTests.Deployments;

public sealed class DeploymentFailureTests
{
    private const string Quoted = "a\0b\uD83Dc\uDE00 😀";
    private const string Kept = "a\uFFFDb\uFFFDc\uFFFD 😀";

    [Fact]
    public void Failure_ThatQuotesWhatNoDatabaseKeeps_SaysTheRestOfIt()
    {
        var failure = new DeploymentFailure("BUILD_FAILED", FailureCategory.User, null, Quoted, [Quoted, "plain"], Quoted);

        (failure.Message, failure.Hint).Should().Be((Kept, Kept));
        failure.Excerpt.Should().Equal(Kept, "plain");
    }

    [Fact]
    public void Failure_ThatGetsOtherWordsLater_KeepsThemInTheSameWay()
    {
        var failure = ADeployment.Failure(FailureCategory.User) with { Message = Quoted, Excerpt = [Quoted], Hint = Quoted };

        (failure.Message, failure.Excerpt[0], failure.Hint).Should().Be((Kept, Kept, Kept));
    }
}
