using System.Net;
using System.Net.Http.Json;
using Libra.Deploy.Domain.Projects;
using Libra.Deploy.IntegrationTests.Artifacts;

namespace Libra.Deploy.IntegrationTests.Targets;

/// <summary>What a deployed site answers, with the real Workers runtime behind the real port.</summary>
public sealed class LocalTargetServingTests : IAsyncLifetime
{
    private LocalSites _sites = null!;

    public async ValueTask InitializeAsync() => _sites = await LocalSites.StartAsync();

    public ValueTask DisposeAsync() => _sites.DisposeAsync();

    [Fact]
    public async Task Publish_WhenAssetsOnly_ServesTheFilesAndProvesIt()
    {
        var digest = await _sites.SaveAsync(
            BuildTar.OfAssets("<h1>one</h1>").File("assets/about.html", "about").File("assets/app.js", "1"));

        (await _sites.PublishAsync("shop", digest)).IsError.Should().BeFalse();

        using var answer = await _sites.GetAsync("shop");
        answer.StatusCode.Should().Be(HttpStatusCode.OK);
        answer.Headers.GetValues("X-Libra-Artifact").Should().Equal(digest);
        (await answer.Content.ReadAsStringAsync()).Should().Be("<h1>one</h1>");
        (await _sites.TextAsync("shop", "/about")).Should().Be("about");
        using var script = await _sites.GetAsync("shop", "/app.js");
        script.Content.Headers.ContentType!.ToString().Should().Be("text/javascript; charset=utf-8");
        using var missing = await _sites.GetAsync("shop", "/missing");
        missing.StatusCode.Should().Be(HttpStatusCode.NotFound);
        (await _sites.VerifyAsync("shop", digest)).IsError.Should().BeFalse();
        _sites.Target.AddressOf(WorkerName.For("shop")).Should().Be(new Uri($"http://shop-worker.localhost:{_sites.Port}/"));
    }

    [Fact]
    public async Task Publish_WhenSinglePageApplication_AnswersDeepLinksWithTheStartPage()
    {
        await PublishAsync(BuildTar.OfAssets("spa").Assets(notFound: "single-page-application"));

        (await _sites.TextAsync("p", "/deep/link")).Should().Be("spa");
    }

    [Fact]
    public async Task Publish_WhenHeadersAndRedirects_AppliesAndHidesThem()
    {
        await PublishAsync(BuildTar.OfAssets()
            .File("assets/_headers", "/*\n  X-Frame-Options: DENY\n")
            .File("assets/_redirects", "/old /new 301\n"));

        using var page = await _sites.GetAsync("p");
        page.Headers.GetValues("X-Frame-Options").Should().Equal("DENY");
        using var old = await _sites.GetAsync("p", "/old");
        old.StatusCode.Should().Be(HttpStatusCode.MovedPermanently);
        old.Headers.Location.Should().Be(new Uri("/new", UriKind.Relative));
        using var hidden = await _sites.GetAsync("p", "/_headers");
        hidden.StatusCode.Should().Be(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task Publish_WhenTheProjectsRulesGiveModulesTypes_GivesTheWorkerThose()
    {
        await PublishAsync(BuildTar.OfWorker("""
                import logo from "./logo.svg";
                import map from "./a.map";
                import old from "./old.js";
                import raw from "./raw.txt";
                export default { fetch: () => new Response([logo, map, old.half(4), raw instanceof ArrayBuffer].join()) };
                """)
            .File("worker/logo.svg", "<svg/>").File("worker/a.map", "a map").File("worker/old.js", "exports.half = n => n / 2;").File("worker/raw.txt", "x")
            .Set("moduleTypes", new Dictionary<string, string>
            {
                ["logo.svg"] = "Text",
                ["a.map"] = "Text",
                ["old.js"] = "CommonJS",
                ["raw.txt"] = "Data",
            }));

        (await _sites.TextAsync("p", "/")).Should().Be("<svg/>,a map,2,true");
    }

    [Fact]
    public async Task Publish_WhenWorkerRunsFirstOnSomePaths_GivesItThoseAndItsBindings()
    {
        await PublishAsync(BuildTar.OfAssets("spa")
            .Assets(binding: "ASSETS", notFound: "single-page-application", workerFirst: new[] { "/api/*" })
            .Set("vars", new Dictionary<string, object?> { ["NAME"] = "it's \"quoted\" é\u0001", ["LIST"] = new[] { 1, 2 } })
            .Set("compatibilityFlags", new[] { "nodejs_compat" })
            .Worker("""
                import { Buffer } from "node:buffer";
                import text from "./note.txt";
                import { half } from "./lib/half.js";
                export default {
                  async fetch(request, env) {
                    const page = await env.ASSETS.fetch(new URL("/index.html", request.url));
                    const cached = await caches.default.match(request);
                    return Response.json({ name: env.NAME, list: env.LIST, text, half: half(4), base64: Buffer.from("a").toString("base64"),
                      page: await page.text(), url: request.url, cached: cached ?? null, visitor: request.headers.get("CF-Connecting-IP") });
                  },
                };
                """)
            .File("worker/lib/half.js", "export const half = n => n / 2;")
            .File("worker/note.txt", "a note"));

        (await _sites.TextAsync("p", "/elsewhere")).Should().Be("spa");
        using var answer = await _sites.GetAsync("p", "/api/all");
        var seen = await answer.Content.ReadFromJsonAsync<Seen>();
        seen.Should().BeEquivalentTo(
            new Seen("it's \"quoted\" é\u0001", [1, 2], "a note", 2, "YQ==", "spa",
                "http://p-worker.localhost/api/all", null, "127.0.0.1"));
    }

    [Fact]
    public async Task Publish_WhenWorkerFetchesThisMachine_IsKeptFromIt()
    {
        await PublishAsync(BuildTar.OfWorker($$"""
            export default { async fetch() {
              try { return new Response("reached " + (await fetch("http://127.0.0.1:{{_sites.Port}}/")).status); }
              catch (error) { return new Response("refused"); }
            } };
            """));

        (await _sites.TextAsync("p")).Should().Be("refused");
    }

    [Fact]
    public async Task Publish_WhenCustomDomain_RoutesItUntilItChanges()
    {
        var build = BuildTar.OfAssets("mine");
        (await _sites.PublishAsync("p", build, domain: "shop.example.org")).IsError.Should().BeFalse();
        using (var first = await _sites.AskAsync("Shop.Example.org"))
            (await first.Content.ReadAsStringAsync()).Should().Be("mine");

        (await _sites.PublishAsync("p", build, domain: "other.example.org")).IsError.Should().BeFalse();

        using var before = await _sites.AskAsync("shop.example.org");
        using var now = await _sites.AskAsync("other.example.org");
        before.StatusCode.Should().Be(HttpStatusCode.NotFound);
        now.StatusCode.Should().Be(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Ask_WhenHostIsUnknown_SaysSoInPlainText()
    {
        using var answer = await _sites.AskAsync("nobody.localhost");

        answer.StatusCode.Should().Be(HttpStatusCode.NotFound);
        answer.Content.Headers.ContentType!.MediaType.Should().Be("text/plain");
        (await answer.Content.ReadAsStringAsync()).Should().Be("Nothing is deployed at nobody.localhost.\n");
    }

    [Fact]
    public async Task Check_WhenRunning_IsReady() => (await _sites.Target.CheckAsync(default)).IsError.Should().BeFalse();

    [Fact]
    public async Task Verify_WhenAnotherArtifactIsLive_Fails()
    {
        await PublishAsync(BuildTar.OfAssets("live"));
        var other = await _sites.SaveAsync(BuildTar.OfAssets("other"));

        var verified = await _sites.VerifyAsync("p", other);

        verified.FirstError.Code.Should().Be("VERIFICATION_FAILED");
    }

    private async Task PublishAsync(BuildTar build)
    {
        var published = await _sites.PublishAsync("p", build);
        published.IsError.Should().BeFalse(published.IsError ? published.FirstError.Description : "");
    }

    private sealed record Seen(
        string Name, int[] List, string Text, int Half, string Base64, string Page, string Url, string? Cached, string Visitor);
}
