using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Libra.Deploy.Domain.Projects;
using Libra.Deploy.IntegrationTests.Artifacts;
using Libra.Deploy.IntegrationTests.Cloudflare.Double;
using Libra.Deploy.IntegrationTests.Targets;

namespace Libra.Deploy.IntegrationTests.Cloudflare;

/// <summary>A Workers runtime that is started from what Cloudflare received serves what the local site serves.</summary>
public sealed class ServedSiteTests
{
    private static readonly HashSet<string> NotCompared = new(StringComparer.OrdinalIgnoreCase) { "Date", "ETag", "X-Libra-Artifact" };

    private static readonly string[] Addresses = ["/", "/about", "/about.html", "/app.js", "/data", "/pic.svg", "/old", "/deep/link", "/api/x", "/_headers", "/sub/"];

    [Fact]
    public async Task Publish_WhenServedFromWhatArrived_GivesTheSameBytesAndHeadersAsTheLocalTarget()
    {
        await using var rig = await CloudflareRig.StartAsync();
        await using var sites = await LocalSites.StartAsync();
        var build = Site();
        var digest = await rig.SaveAsync(build);
        (await rig.PublishAsync(digest)).IsError.Should().BeFalse();

        (await sites.PublishAsync("local", build)).IsError.Should().BeFalse();
        (await sites.PublishAsync("other", BuildOf(rig.Live()))).IsError.Should().BeFalse();

        foreach (var address in Addresses)
        {
            var (local, arrived) = (await SeenAsync(sites, "local", address), await SeenAsync(sites, "other", address));
            arrived.Should().Be(local.Replace("local-worker", "other-worker", StringComparison.Ordinal), address);
        }
    }

    [Fact]
    public async Task Publish_WhenServedFromWhatArrived_NamesTheArtifactOnEveryFile()
    {
        await using var rig = await CloudflareRig.StartAsync();
        await using var sites = await LocalSites.StartAsync();
        var digest = await rig.SaveAsync(Site());
        (await rig.PublishAsync(digest)).IsError.Should().BeFalse();
        (await sites.PublishAsync("arrived", BuildOf(rig.Live()))).IsError.Should().BeFalse();
        using var runtime = new HttpClient(new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false }) { BaseAddress = new Uri(sites.Awake("arrived")!.Address) };

        foreach (var address in new[] { "/", "/app.js", "/deep/link" })
        {
            using var answer = await runtime.GetAsync(address, TestContext.Current.CancellationToken);
            answer.Headers.GetValues("X-Libra-Artifact").Should().Equal(new[] { digest }, address);
        }
    }

    private static BuildTar Site() => BuildTar.OfAssets("<h1>start</h1>")
        .Assets(binding: "ASSETS", notFound: "single-page-application", workerFirst: new[] { "/api/*" })
        .File("assets/about.html", "about").File("assets/app.js", "console.log(1)").File("assets/data", [0, 1, 2]).File("assets/pic.svg", "<svg/>")
        .File("assets/sub/index.html", "sub").File("assets/_headers", "/*\n  X-Frame-Options: DENY\n/app.js\n  Cache-Control: public, max-age=60\n")
        .File("assets/_redirects", "/old /new 301\n")
        .Set("vars", new Dictionary<string, object?> { ["NAME"] = "é \"q\"", ["LIST"] = new[] { 1, 2 } })
        .Set("compatibilityFlags", new[] { "nodejs_compat" })
        .Worker("""
            import text from "./note.txt";
            export default { async fetch(request, env) {
              const page = await env.ASSETS.fetch(new URL("/about", request.url));
              return Response.json({ name: env.NAME, list: env.LIST, text, page: await page.text(), url: request.url }, { headers: { "x-from": "worker" } });
            } };
            """)
        .File("worker/note.txt", "a note");

    private static BuildTar BuildOf(ReceivedScript received)
    {
        var (metadata, config) = (received.Metadata, received.Metadata["assets"]!["config"]!);
        var bindings = metadata["bindings"]!.AsArray();
        var build = new BuildTar()
            .Set("compatibilityDate", (string)metadata["compatibility_date"]!)
            .Set("compatibilityFlags", metadata["compatibility_flags"])
            .Set("mainModule", (string?)metadata["main_module"])
            .Set("vars", bindings.Where(binding => (string)binding!["type"]! != "assets").ToDictionary(binding => (string)binding!["name"]!, ValueOf))
            .Assets(
                bindings.Where(binding => (string)binding!["type"]! == "assets").Select(binding => (string)binding!["name"]!).SingleOrDefault(),
                (string)config["html_handling"]!, (string)config["not_found_handling"]!, config["run_worker_first"]?.Deserialize<string[]>())
            .File("assets/_headers", (string)config["_headers"]!).File("assets/_redirects", (string)config["_redirects"]!);
        foreach (var (address, file) in received.Assets) build.File("assets" + address, file.Content!);
        foreach (var module in received.Modules) build.File("worker/" + module.Name, module.Content);
        return build;
    }

    private static object? ValueOf(JsonNode? binding) => (string)binding!["type"]! == "json" ? binding["json"]!.DeepClone() : (string)binding["text"]!;

    private static async Task<string> SeenAsync(LocalSites sites, string project, string address)
    {
        using var answer = await sites.GetAsync(project, address);
        // The date is the moment's, the tag has the file's time in it, and the artifact is another one: its _headers name the first.
        var headers = answer.Headers.Concat(answer.Content.Headers).Where(header => !NotCompared.Contains(header.Key))
            .Select(header => $"{header.Key}: {string.Join(", ", header.Value)}").Order(StringComparer.Ordinal);
        var body = await answer.Content.ReadAsByteArrayAsync();
        return $"{(int)answer.StatusCode}\n{string.Join('\n', headers)}\n\n{Encoding.Latin1.GetString(body)}";
    }
}
