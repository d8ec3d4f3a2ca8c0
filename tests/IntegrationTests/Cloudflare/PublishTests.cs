using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using ErrorOr;
using Libra.Deploy.Infrastructure.Targets.Cloudflare.Upload;
using Libra.Deploy.IntegrationTests.Artifacts;
using Libra.Deploy.IntegrationTests.Cloudflare.Double;

namespace Libra.Deploy.IntegrationTests.Cloudflare;

/// <summary>What arrives at Cloudflare for an artifact.</summary>
public sealed class PublishTests : IAsyncLifetime
{
    private CloudflareRig _rig = null!;

    public async ValueTask InitializeAsync() => _rig = await CloudflareRig.StartAsync();

    public ValueTask DisposeAsync() => _rig.DisposeAsync();

    [Fact]
    public async Task Publish_WhenWorkerAndAssets_SendsModulesFilesAndOnlyTheManifestsSettings()
    {
        await SucceedsAsync(Full());

        var live = _rig.Live();
        live.Modules.Select(module => (module.Name, module.ContentType)).Should().Equal(
            ("index.js", "application/javascript+module"), ("lib/a.wasm", "application/wasm"), ("note.txt", "text/plain"));
        Encoding.UTF8.GetString(live.Modules[0].Content).Should().Be("export default { fetch() { return new Response('w'); } };");
        live.Assets.Keys.Should().BeEquivalentTo("/index.html", "/app.js", "/data");
        live.Assets["/app.js"].ContentType.Should().Be("text/javascript; charset=utf-8");
        live.Assets["/data"].Should().BeEquivalentTo(new { ContentType = "application/null", Content = new byte[] { 0, 1 } });
        live.Metadata.Select(property => property.Key).Should().BeEquivalentTo(
            "compatibility_date", "compatibility_flags", "tags", "main_module", "bindings", "keep_bindings", "observability", "assets");
        JsonNode.DeepEquals(live.Metadata["bindings"], JsonNode.Parse(
            """[{"type":"json","name":"LIST","json":[1,2]},{"type":"plain_text","name":"NAME","text":"é \"q\""},{"type":"assets","name":"ASSETS"}]""")).Should().BeTrue();
        live.Metadata["tags"]!.AsArray().Select(tag => (string)tag!).Should().Contain(["project-shop", "org-org_1"]);
        live.Metadata["assets"]!["config"]!["run_worker_first"]!.ToJsonString().Should().Be("""["/api/*"]""");
        ((string)live.Metadata["assets"]!["config"]!["_redirects"]!).Should().Be("/old /new 301\n");
        ((string)live.Metadata["assets"]!["config"]!["_headers"]!).Should().Contain("X-Frame-Options: DENY").And.Contain(ArtifactHeader.Name);
        live.MetadataType.Should().BeNull("wrangler sends the metadata as a plain field");
        _rig.Cloudflare.Calls.Should().Equal("assets session", "assets upload", "assets upload", "script upload");
    }

    [Fact]
    public async Task Publish_WhenTheProjectSaysHowItIsRun_SendsThat()
    {
        await SucceedsAsync(Full().Set("runtime", new { smartPlacement = true, cpuMilliseconds = 50, subrequests = 5, observed = false, samplingRate = 0.1 }));

        var metadata = _rig.Live().Metadata;
        metadata["placement"]!.ToJsonString().Should().Be("""{"mode":"smart"}""");
        metadata["limits"]!.ToJsonString().Should().Be("""{"cpu_ms":50,"subrequests":5}""");
        metadata["observability"]!.ToJsonString().Should().Be("""{"enabled":false,"head_sampling_rate":0.1}""");
    }

    [Fact]
    public async Task Publish_WhenAssetsOnly_SendsNoScript()
    {
        await SucceedsAsync(BuildTar.OfAssets());

        _rig.Live().Modules.Should().BeEmpty();
        _rig.Live().Metadata.Select(property => property.Key).Should().BeEquivalentTo("compatibility_date", "compatibility_flags", "tags", "assets");
    }

    [Fact]
    public async Task Publish_WhenWorkerOnly_OpensNoUploadSession()
    {
        await SucceedsAsync(BuildTar.OfWorker("export default {}"));

        _rig.Live().Metadata.ContainsKey("assets").Should().BeFalse();
        _rig.Cloudflare.Calls.Should().Equal("script upload");
    }

    [Fact]
    public async Task Publish_WhenTheProjectsRulesGiveModulesTypes_SendsThose()
    {
        await SucceedsAsync(BuildTar.OfWorker("export default {}")
            .File("worker/a.svg", "<svg/>").File("worker/b.js", "exports.a = 1;").File("worker/c.html", "x").File("worker/d.svg", "<svg/>")
            .Set("moduleTypes", new Dictionary<string, string> { ["a.svg"] = "Text", ["b.js"] = "CommonJS", ["c.html"] = "Data" }));

        _rig.Live().Modules.Select(module => (module.Name, module.ContentType)).Should().Equal(
            ("index.js", "application/javascript+module"), ("a.svg", "text/plain"), ("b.js", "application/javascript"),
            ("c.html", "application/octet-stream"), ("d.svg", "application/octet-stream"));
    }

    [Fact]
    public async Task Publish_WhenRepeated_SendsNoFileAgain()
    {
        var digest = await _rig.SaveAsync(Full());
        (await _rig.PublishAsync(digest)).IsError.Should().BeFalse();
        _rig.Cloudflare.ForgetCalls();

        (await _rig.PublishAsync(digest)).IsError.Should().BeFalse();

        _rig.Cloudflare.Calls.Should().Equal("assets session", "script upload");
        _rig.Live().Assets.Should().HaveCount(3);
    }

    [Fact]
    public async Task Publish_WhenOneFileChanged_SendsThatFileOnly()
    {
        await SucceedsAsync(Full());
        var before = _rig.Cloudflare.Assets.Arrivals.Count;

        await SucceedsAsync(Full(page: "changed"));

        _rig.Cloudflare.Assets.Arrivals.Should().HaveCount(before + 1);
        Encoding.UTF8.GetString(_rig.Live().Assets["/index.html"].Content!).Should().Be("changed");
    }

    [Fact]
    public async Task Publish_WhenSameBytesHaveTwoExtensions_KeepsBothTypes()
    {
        await SucceedsAsync(BuildTar.OfAssets("same").File("assets/same.txt", "same").File("assets/copy.txt", "same"));

        _rig.Live().Assets["/index.html"].ContentType.Should().Be("text/html; charset=utf-8");
        _rig.Live().Assets["/same.txt"].ContentType.Should().Be("text/plain; charset=utf-8");
        _rig.Cloudflare.Assets.Arrivals.Should().HaveCount(2, "files with equal bytes and type travel once");
    }

    [Fact]
    public async Task Publish_WhenAnotherProjectHasTheSameFile_SharesNothingWithIt()
    {
        await SucceedsAsync(BuildTar.OfAssets());

        (await _rig.PublishAsync(BuildTar.OfAssets(), "other")).IsError.Should().BeFalse();

        _rig.Cloudflare.Assets.Arrivals.Should().HaveCount(2).And.OnlyHaveUniqueItems();
    }

    [Fact]
    public async Task Publish_WhenFileNamesNeedCare_KeepsThem()
    {
        await SucceedsAsync(BuildTar.OfAssets().File("assets/ü \"q\" %41&+.txt", "x"));

        _rig.Live().Assets.Should().ContainKey("/ü \"q\" %41&+.txt");
    }

    [Fact]
    public async Task Publish_WhenSiteHasTooManyFiles_IsRefusedBeforeAnyCall()
    {
        await using var small = await CloudflareRig.StartAsync(options => options with { MaxAssets = 1 });

        var published = await small.PublishAsync(BuildTar.OfAssets().File("assets/b.txt", "b"));

        published.FirstError.Should().BeEquivalentTo(new { Code = "TARGET_REJECTED", Type = ErrorType.Failure });
        small.Cloudflare.Calls.Should().BeEmpty();
    }

    [Fact]
    public async Task Publish_WhenTwiceAtOnce_TakesTurns()
    {
        var digest = await _rig.SaveAsync(Full());

        var published = await Task.WhenAll(_rig.PublishAsync(digest), _rig.PublishAsync(digest), _rig.PublishAsync(digest));

        published.Should().OnlyContain(outcome => !outcome.IsError);
        _rig.Cloudflare.CountOf("script upload").Should().Be(3, "none met another one on its way");
    }

    [Fact]
    public async Task Publish_WhenTheWorkerBeforeHadFinishedIt_OnlyAsksForThat()
    {
        await using var artifact = await _rig.Artifacts.OpenAsync(await _rig.SaveAsync(Full()), default);
        var request = CloudflareRig.RequestFor(artifact!, "shop");
        (await _rig.Target.PublishAsync(request, default)).IsError.Should().BeFalse();
        _rig.Cloudflare.ForgetCalls();

        (await _rig.Target.PublishAsync(request with { Resumed = true }, default)).IsError.Should().BeFalse();

        _rig.Cloudflare.Calls.Should().Equal("script tags");
    }

    [Fact]
    public async Task Publish_WhenTheWorkerBeforeHadNotFinishedIt_Uploads()
    {
        await SucceedsAsync(Full("of an earlier deployment"));
        await using var artifact = await _rig.Artifacts.OpenAsync(await _rig.SaveAsync(Full("new")), default);

        (await _rig.Target.PublishAsync(CloudflareRig.RequestFor(artifact!, "shop") with { Resumed = true }, default)).IsError.Should().BeFalse();

        Encoding.UTF8.GetString(_rig.Live().Assets["/index.html"].Content!).Should().Be("new");
    }

    [Fact]
    public async Task Publish_WhenCloudflareDoesNotSayWhetherItWasFinished_UploadsAgain()
    {
        await using var artifact = await _rig.Artifacts.OpenAsync(await _rig.SaveAsync(Full()), default);
        var request = CloudflareRig.RequestFor(artifact!, "shop");
        (await _rig.Target.PublishAsync(request, default)).IsError.Should().BeFalse();
        _rig.Cloudflare.Fail("script tags", Fault.Html(502), times: 20);

        (await _rig.Target.PublishAsync(request with { Resumed = true }, default)).IsError.Should().BeFalse();

        _rig.Cloudflare.CountOf("script upload").Should().Be(2);
    }

    [Fact]
    public void Options_WhenPrinted_HideTheToken()
    {
        var options = CloudflareRig.Options(new Uri("http://127.0.0.1/"));

        $"{options}".Should().Contain("[redacted]").And.NotContain(CloudflareDouble.Token);
        JsonSerializer.Serialize(options).Should().NotContain(CloudflareDouble.Token);
    }

    private static BuildTar Full(string page = "<h1>hi</h1>") => BuildTar.OfAssets(page)
        .Assets(binding: "ASSETS", notFound: "single-page-application", workerFirst: new[] { "/api/*" })
        .File("assets/app.js", "console.log(1)").File("assets/data", [0, 1])
        .File("assets/_headers", "/*\n  X-Frame-Options: DENY\n").File("assets/_redirects", "/old /new 301\n")
        .Set("vars", new Dictionary<string, object?> { ["NAME"] = "é \"q\"", ["LIST"] = new[] { 1, 2 } })
        .Worker("export default { fetch() { return new Response('w'); } };")
        .File("worker/note.txt", "note").File("worker/lib/a.wasm", [0, 0x61, 0x73, 0x6d]);

    private async Task SucceedsAsync(BuildTar build)
    {
        var published = await _rig.PublishAsync(build);
        published.IsError.Should().BeFalse(published.IsError ? published.FirstError.Description : "");
    }
}
