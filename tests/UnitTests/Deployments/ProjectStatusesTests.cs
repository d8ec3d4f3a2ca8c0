using Libra.Deploy.Domain.Deployments;

namespace Libra.Deploy.UnitTests.Deployments;

public sealed class ProjectStatusesTests
{
    [Theory]
    [InlineData(DeploymentStatus.Pending, "preparing")]
    [InlineData(DeploymentStatus.CreatingSandbox, "preparing")]
    [InlineData(DeploymentStatus.SyncingFiles, "deploying")]
    [InlineData(DeploymentStatus.UpdatingDatabase, "deploying")]
    [InlineData(DeploymentStatus.Completed, "deployed")]
    [InlineData(DeploymentStatus.Failed, "failed")]
    [InlineData(DeploymentStatus.Cancelled, "failed")]
    public void For_WithoutALiveVersion_IsThePlatformsWord(DeploymentStatus status, string word) =>
        ProjectStatuses.For(status, live: false).Should().Be(word);

    [Theory]
    [InlineData(DeploymentStatus.Cancelled, "deployed")]
    [InlineData(DeploymentStatus.Failed, "failed")]
    public void For_WhenAnEarlierVersionIsLive_OnlyACancelledOneFallsBackToIt(DeploymentStatus status, string word) =>
        ProjectStatuses.For(status, live: true).Should().Be(word);
}
