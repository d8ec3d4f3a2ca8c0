using System.Text;
using Libra.Deploy.IntegrationTests.Artifacts;

namespace Libra.Deploy.IntegrationTests.Cloudflare;

/// <summary>Going back to an earlier version at Cloudflare is publishing its stored artifact again.</summary>
public sealed class RollbackTests
{
    [Fact]
    public async Task Publish_OfAnEarlierArtifact_MakesItLiveAgainAndSendsNoFileTwice()
    {
        await using var rig = await CloudflareRig.StartAsync();
        var one = await rig.SaveAsync(Site("one"));
        (await rig.PublishAsync(one)).IsError.Should().BeFalse();
        (await rig.PublishAsync(await rig.SaveAsync(Site("two")))).IsError.Should().BeFalse();
        Served(rig).Should().Be("two");
        rig.Cloudflare.ForgetCalls();

        for (var round = 0; round < 2; round++) (await rig.PublishAsync(one)).IsError.Should().BeFalse("going back twice changes nothing more");

        Served(rig).Should().Be("one");
        Encoding.UTF8.GetString(rig.Live().Modules.Single().Content).Should().Contain("'one'", "the worker went back with its files");
        rig.Cloudflare.Calls.Should().NotContain("assets upload", "Cloudflare has the files still");
    }

    private static BuildTar Site(string version) =>
        BuildTar.OfAssets($"{version}").Assets(binding: "ASSETS").Worker($"export default {{ fetch() {{ return new Response('{version}'); }} }};");

    private static string Served(CloudflareRig rig) => Encoding.UTF8.GetString(rig.Live().Assets["/index.html"].Content!);
}
