using Libra.Deploy.Infrastructure.Sandboxes.Remote;
using Libra.Deploy.WebApi.Composition;
using Microsoft.Extensions.Configuration;

namespace Libra.Deploy.UnitTests.Configuration;

public sealed class RemoteSandboxesTests
{
    [Fact]
    public void E2B_WhenTimesAreSet_TakesEachOfThem() =>
        Times(RemoteSandboxes.E2B(Section())).Should().Equal(Enumerable.Range(1, 5).Select(minute => TimeSpan.FromMinutes(minute)));

    [Fact]
    public void Daytona_WhenTimesAreSet_TakesEachOfThem() =>
        Times(RemoteSandboxes.Daytona(Section())).Should().Equal(Enumerable.Range(1, 5).Select(minute => TimeSpan.FromMinutes(minute)));

    private static TimeSpan[] Times(RemoteOptions options) =>
        [options.Lease, options.StartTimeout, options.CallTimeout, options.TransferTimeout, options.SilenceLimit];

    private static IConfigurationSection Section() => new ConfigurationBuilder()
        .AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["Rented:Lease"] = "00:01:00",
            ["Rented:StartTimeout"] = "00:02:00",
            ["Rented:CallTimeout"] = "00:03:00",
            ["Rented:TransferTimeout"] = "00:04:00",
            ["Rented:SilenceLimit"] = "00:05:00",
        })
        .Build().GetSection("Rented");
}
