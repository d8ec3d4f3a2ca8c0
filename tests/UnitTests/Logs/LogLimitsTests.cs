using Libra.Deploy.Infrastructure.Logs;
using Libra.Deploy.Infrastructure.Storage;

namespace Libra.Deploy.UnitTests.Logs;

public sealed class LogLimitsTests
{
    [Fact]
    public void Defaults_LetReadersWaitLessThanASecond()
    {
        var options = new DeploymentLogOptions();

        (options.ShipInterval + options.PollIdle).Should().BeLessThan(TimeSpan.FromSeconds(1), "readers are promised that");
    }

    [Fact]
    public void Problems_OfAnObjectStoreWithoutSettings_NameThem() =>
        new S3ObjectStoreOptions().Problems().Should().Contain(problem => problem.Contains("R2_ENDPOINT"))
            .And.Contain(problem => problem.Contains("R2_SECRET_ACCESS_KEY"));

    [Fact]
    public void ToString_OfObjectStoreOptions_ShowsNoKey() =>
        new S3ObjectStoreOptions { Endpoint = new Uri("https://store.test"), AccessKeyId = "the-key", SecretAccessKey = "the-secret" }
            .ToString()
            .Should().NotContain("the-key").And.NotContain("the-secret").And.Contain("store.test");
}
