using Libra.Deploy.Domain.Deployments;

namespace Libra.Deploy.UnitTests.Deployments;

public sealed class DeploymentSettingsTests
{
    [Theory]
    [InlineData(10, false, 15, 15, false)] // nobody asked for the ten minutes: they were the longest then
    [InlineData(10, false, 5, 5, false)]
    [InlineData(2, true, 15, 2, true)]
    [InlineData(8, true, 5, 5, false)] // less than before, and no longer less than the longest
    public void Under_OtherLimits_KeepsOnlyWhatTheRequestAskedFor(
        int timeout, bool shortened, int longest, int expected, bool stillShortened)
    {
        var earlier = new DeploymentSettings(TimeSpan.FromMinutes(timeout), Debug: true, Force: true, MaxAttempts: 2, Priority: 9)
        {
            TimeoutShortened = shortened,
        };

        earlier.Under(TimeSpan.FromMinutes(longest), maxAttempts: 6).Should().Be(
            new DeploymentSettings(TimeSpan.FromMinutes(expected), Debug: true, Force: true, MaxAttempts: 6, Priority: 9)
            {
                TimeoutShortened = stillShortened,
            });
    }
}
