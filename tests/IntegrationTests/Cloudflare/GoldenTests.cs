using System.Text;
using System.Text.Json.Nodes;

namespace Libra.Deploy.IntegrationTests.Cloudflare;

/// <summary>For the same folder we send what wrangler sends, but for the differences named here.</summary>
public sealed class GoldenTests : IAsyncLifetime
{
    // Whose it is, and that secrets stay.
    private static readonly string[] OnlyOurs = ["tags", "keep_bindings"];

    private CloudflareRig _rig = null!;

    public async ValueTask InitializeAsync() => _rig = await CloudflareRig.StartAsync();

    public ValueTask DisposeAsync() => _rig.DisposeAsync();

    [Fact]
    public async Task Publish_WhenWorkerAndAssets_SendsWhatWranglerSends()
    {
        await PublishAsync(worker: true);

        var script = await WranglerCapture.ScriptAsync(worker: true);
        _rig.Live().Modules.Select(module => (module.Name, module.ContentType, Body: Encoding.UTF8.GetString(module.Content)))
            .Should().BeEquivalentTo(script.Skip(1).Select(part => (WranglerCapture.Plain(part.Name), part.ContentType, part.Body)));
        _rig.Live().Modules[0].Name.Should().Be(script[1].Name, "the main module comes first");
        MetadataIsTheSame(script[0]);
    }

    [Fact]
    public async Task Publish_WhenAssetsOnly_SendsWhatWranglerSends()
    {
        await PublishAsync(worker: false);

        var script = await WranglerCapture.ScriptAsync(worker: false);
        script.Should().ContainSingle("wrangler sends no script either");
        _rig.Live().Modules.Should().BeEmpty();
        MetadataIsTheSame(script[0]);
    }

    [Fact]
    public async Task Publish_WhenAssets_AnnouncesAndSendsTheFilesAsWranglerDoes()
    {
        await PublishAsync(worker: true);

        var session = _rig.Cloudflare.Assets.Sessions.Values.Single();
        session.Manifest.ToDictionary(entry => entry.Key, entry => entry.Value.Size).Should().BeEquivalentTo(WranglerCapture.Manifest());
        var sent = session.Manifest.Values.Select(entry => _rig.Cloudflare.Assets.Files[entry.Hash]);
        var wranglers = await WranglerCapture.UploadsAsync();
        sent.Select(file => (file.ContentType, Convert.ToBase64String(file.Content!))).Should().BeEquivalentTo(wranglers.Select(part => (part.ContentType, part.Body)));
        wranglers.Should().OnlyContain(part => part.FileName == part.Name, "the double asks the same of us");
    }

    private async Task PublishAsync(bool worker)
    {
        var published = await _rig.PublishAsync(await WranglerCapture.BuildAsync(worker));
        published.IsError.Should().BeFalse(published.IsError ? published.FirstError.Description : "");
    }

    private void MetadataIsTheSame(WranglerCapture.Part golden)
    {
        (golden.Name, golden.ContentType).Should().Be(("metadata", _rig.Live().MetadataType));
        var (ours, wranglers) = (_rig.Live().Metadata, (JsonObject)JsonNode.Parse(golden.Body)!);
        var (ourConfig, config) = ((JsonObject)ours["assets"]!["config"]!, (JsonObject)wranglers["assets"]!["config"]!);
        ourConfig.Remove("html_handling").Should().BeTrue();
        ourConfig["_headers"] = string.Concat(((string)ourConfig["_headers"]!).Split('\n').Where(line => !line.Contains("X-Libra-Artifact", StringComparison.Ordinal)).Select(line => line + "\n")).TrimEnd('\n') + "\n";
        Canonical(ourConfig).Should().Be(Canonical(config));

        foreach (var metadata in new[] { ours, wranglers }) metadata.Remove("assets");
        foreach (var name in OnlyOurs) ours.Remove(name);
        Canonical(ours).Should().Be(Canonical(wranglers));
    }

    private static string Canonical(JsonNode? json) => json switch
    {
        JsonObject map => "{" + string.Join(",", map.OrderBy(entry => entry.Key, StringComparer.Ordinal).Select(entry => $"\"{entry.Key}\":{Canonical(entry.Value)}")) + "}",
        JsonArray list => "[" + string.Join(",", list.Select(Canonical)) + "]",
        null => "null",
        _ => json.ToJsonString(),
    };
}
