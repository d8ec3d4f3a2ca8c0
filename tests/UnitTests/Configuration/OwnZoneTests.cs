using Libra.Deploy.Application.Deployments;
using Libra.Deploy.Domain.Projects;
using Libra.Deploy.Infrastructure.Runtime;
using Libra.Deploy.WebApi.Composition;
using Libra.Deploy.WebApi.Configuration;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Libra.Deploy.UnitTests.Configuration;

public sealed class OwnZoneTests
{
    [Fact]
    public void AddressesOfSites_WhereverTheOperatorHasThem_AreNobodysCustomDomain()
    {
        var configuration = new ConfigurationManager();
        configuration.AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["Cloudflare:AccountId"] = "023e105f4ecef8ad9ca31a8372d0c353",
            ["Cloudflare:ApiToken"] = "token",
            ["Cloudflare:DispatcherUrl"] = "https://apps.example.com",
        });
        var services = new ServiceCollection();

        services.AddTarget(configuration, HostSettings.Read(configuration), RuntimeLayout.Find());

        var zones = services.BuildServiceProvider().GetRequiredService<IOptions<DeploymentOptions>>().Value.OwnZones;
        CustomDomain.Parse("others-worker.apps.example.com", [.. zones]).IsError.Should().BeTrue();
        CustomDomain.Parse("shop.example.com", [.. zones]).IsError.Should().BeFalse();
    }
}
