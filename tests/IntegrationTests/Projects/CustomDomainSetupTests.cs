using System.Text.Json.Nodes;
using Libra.Deploy.IntegrationTests.Cloudflare.Double;

namespace Libra.Deploy.IntegrationTests.Projects;

/// <summary>A zone that cannot take custom domains; a service of its own, since the zone is every project's.</summary>
public sealed class CustomDomainSetupTests(CloudService service) : IClassFixture<CloudService>
{
    [Fact]
    public async Task Deploy_WhenTheZoneIsNotReady_IsRefusedBeforeABuildUnlessTheProjectHadTheDomain()
    {
        var (project, later) = (await service.NewProjectAsync(), await service.NewProjectAsync());
        await project.DeployAsync(project.Domain);
        service.Cloudflare.Hostnames.FallbackOrigin = "initializing";

        var refused = await later.DeployAsync(later.Domain);
        var next = await project.DeployAsync(domain: null, "second");

        ((string)refused["status"]!).Should().Be("failed");
        ((string)refused["error"]!["step"]!, (string)refused["error"]!["code"]!).Should().Be(("validation", "TARGET_UNAVAILABLE"));
        ((string)refused["error"]!["message"]!).Should().Contain("fallback origin");
        ((string)refused["steps"]!["build"]!["status"]!).Should().Be("pending");
        ((string)next["status"]!).Should().Be("completed", "a domain that is set up already is no reason to keep the next version back");
    }
}
