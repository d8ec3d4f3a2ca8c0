using ErrorOr;
using Libra.Deploy.Application.Deployments;
using Libra.Deploy.Application.Deployments.Pipeline;

namespace Libra.Deploy.UnitTests.Deployments;

public sealed class RetryDelayTests
{
    private static readonly DeploymentOptions Options =
        new() { RetryDelay = TimeSpan.FromSeconds(2), LongestRetryDelay = TimeSpan.FromSeconds(60) };

    [Theory]
    [InlineData(1, 2)]
    [InlineData(2, 4)]
    [InlineData(3, 8)]
    [InlineData(7, 60)]
    [InlineData(1000, 60)]
    public void After_EachAttempt_DoublesUpToTheCap(int attempt, double seconds) =>
        RetryDelay.After(attempt, Options, asked: null, draw: 0.5).TotalSeconds.Should().BeApproximately(seconds, 0.001);

    [Fact]
    public void After_AnyDraw_StaysWithinAQuarter()
    {
        RetryDelay.After(1, Options, null, 0).TotalSeconds.Should().BeApproximately(1.5, 0.001);
        RetryDelay.After(1, Options, null, 1).TotalSeconds.Should().BeApproximately(2.5, 0.001);
    }

    [Fact]
    public void After_AProvidersWish_IsNeverShorter()
    {
        var error = Error.Unexpected(
            "TARGET_UNAVAILABLE", "busy", new Dictionary<string, object> { [RetryDelay.AskedFor] = TimeSpan.FromSeconds(90) });

        RetryDelay.After(1, Options, RetryDelay.AskedBy(error), 0.5).Should().Be(TimeSpan.FromSeconds(90));
        RetryDelay.AskedBy(Error.Unexpected()).Should().BeNull();
    }
}
