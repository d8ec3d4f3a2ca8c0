using System.Text;
using System.Text.Json;
using Libra.Deploy.Application.Deployments.Pipeline;

namespace Libra.Deploy.IntegrationTests.Sandboxes;

/// <summary>What <c>/opt/libra/bundle.mjs</c> makes of what a project built.</summary>
public sealed class BundleTests(SandboxFixture fixture)
{
    [Fact]
    public async Task Bundle_WhenTheProjectHasAWorker_GivesItsModulesAssetsAndSettings()
    {
        var (exit, files, output) = await BundleAsync(
            ("wrangler.jsonc", """
                { "name": "site", "main": "src/index.ts", "compatibility_date": "2026-01-01", "compatibility_flags": ["nodejs_compat"],
                  "assets": { "directory": "./public", "binding": "ASSETS", "run_worker_first": ["/api/*"] }, // comment
                  "vars": { "A": "b", "J": { "x": 1 } }, "kv_namespaces": [{ "binding": "KV", "id": "abc" }], "triggers": { "crons": ["* * * * *"] }, "d1_databases": [] }
                """),
            ("src/index.ts",
                "import text from './text.txt'; export default { fetch(): Response { return new Response(text as string); } };"),
            ("src/text.txt", "from a text module"),
            ("public/index.html", "<h1>hi</h1>"),
            ("public/deep/a.css", "a{}"));

        exit.Succeeded.Should().BeTrue(output);
        using var result = JsonDocument.Parse(files["result.json"]);
        result.RootElement.GetProperty("compatibilityDate").GetString().Should().Be("2026-01-01");
        result.RootElement.GetProperty("mainModule").GetString().Should().Be("index.js");
        result.RootElement.GetProperty("vars").GetProperty("J").GetProperty("x").GetInt32().Should().Be(1);
        result.RootElement.GetProperty("refused").EnumerateArray().Select(kind => kind.GetString())
            .Should().BeEquivalentTo("kv_namespaces");
        result.RootElement.GetProperty("runtime").ValueKind.Should().Be(JsonValueKind.Null);
        output.Should().Contain("wrangler configuration: 'triggers' has no effect: ");
        result.RootElement.GetProperty("assets").ToString().Should().Contain("ASSETS").And.Contain("/api/*").And.Contain("\"none\"");
        files.Keys.Should().Contain(["worker/index.js", "assets/index.html", "assets/deep/a.css"]).And.HaveCount(5);
        files.Single(file => file.Key.EndsWith("-text.txt", StringComparison.Ordinal)).Value.Should().Be("from a text module");
    }

    [Fact]
    public async Task Bundle_WhenARuleTakesAnImageForText_SaysSo()
    {
        var (exit, files, output) = await BundleAsync(
            ("wrangler.json", """
                { "name": "site", "main": "index.js", "compatibility_date": "2026-01-01",
                  "rules": [{ "type": "Text", "globs": ["**/*.svg"], "fallthrough": true }] }
                """),
            ("index.js", "import logo from './logo.svg'; import note from './note.txt'; export default { fetch: () => new Response(logo + note) };"),
            ("logo.svg", "<svg/>"),
            ("note.txt", "a note"));

        exit.Succeeded.Should().BeTrue(output);
        var logo = files.Keys.Single(path => path.EndsWith("-logo.svg", StringComparison.Ordinal));
        ModuleTypesOf(files).Should().Equal(new Dictionary<string, string> { [logo["worker/".Length..]] = "Text" });
    }

    [Fact]
    public async Task Bundle_WhenRulesContradictNames_SaysWhichModulesAreWhat()
    {
        var (exit, files, output) = await BundleAsync(
            ("wrangler.json", """
                { "name": "site", "main": "src/index.js", "compatibility_date": "2026-01-01", "find_additional_modules": true,
                  "rules": [{ "type": "CommonJS", "globs": ["old/*.js"], "fallthrough": true }, { "type": "Data", "globs": ["raw/*"], "fallthrough": true },
                            { "type": "Text", "globs": ["**/*.md", "**/*.json", "**/*.map"], "fallthrough": true },
                            { "type": "ESModule", "globs": ["new/*.js", "new/*.mjs"], "fallthrough": true }] }
                """),
            ("src/index.js", "export default { fetch: () => new Response('hi') };"),
            ("src/old/a.js", "module.exports = 1;"),
            ("src/new/a.js", "export default 1;"),
            ("src/new/a.mjs", "export default 1;"),
            ("src/raw/.js", "x"),
            ("src/raw/a.html", "x"),
            ("src/raw/a.svg", "x"),
            ("src/a.md", "x"),
            ("src/a.json", "{}"),
            ("src/a.map", "x"));

        exit.Succeeded.Should().BeTrue(output);
        files.Keys.Should().Contain(["worker/new/a.js", "worker/new/a.mjs", "worker/raw/a.svg", "worker/a.md"]);
        ModuleTypesOf(files).Should().BeEquivalentTo(new Dictionary<string, string>
        {
            ["old/a.js"] = "CommonJS",
            ["raw/.js"] = "Data",
            ["raw/a.html"] = "Data",
            ["a.json"] = "Text",
            ["a.map"] = "Text",
        });
    }

    [Fact]
    public async Task Bundle_WhenTheConfigurationSaysHowTheWorkerIsRun_TakesWhatItMayAndNamesTheRest()
    {
        var (exit, files, output) = await BundleAsync(
            ("wrangler.json", """
                { "name": "site", "main": "index.js", "compatibility_date": "2026-01-01", "account_id": "x", "route": "example.org/*", "workers_dev": true, "preview_urls": true,
                  "triggers": { "crons": ["* * * * *"] }, "keep_vars": true, "migrations": [{ "tag": "v1" }], "logpush": true, "tail_consumers": [{ "service": "tail" }],
                  "upload_source_maps": true, "placement": { "mode": "smart" }, "limits": { "cpu_ms": 30001, "subrequests": 1000 },
                  "observability": { "enabled": false, "head_sampling_rate": 0.5, "logs": { "enabled": true } }, "env": { "staging": {} } }
                """),
            ("index.js", "export default { fetch: () => new Response('hi') };"));

        exit.Succeeded.Should().BeTrue(output);
        using var result = JsonDocument.Parse(files["result.json"]);
        result.RootElement.GetProperty("runtime").GetRawText().Replace(" ", "", StringComparison.Ordinal).ReplaceLineEndings("")
            .Should().Be("""{"smartPlacement":true,"cpuMilliseconds":null,"subrequests":1000,"observed":false,"samplingRate":0.5}""");
        result.RootElement.GetProperty("refused").EnumerateArray().Should().BeEmpty();
        var named = output.Split('\n').Where(line => line.StartsWith("wrangler configuration: ", StringComparison.Ordinal))
            .Select(line => line.Split('\'')[1]);
        named.Should().Equal(
            "account_id", "route", "workers_dev", "preview_urls", "triggers", "keep_vars", "migrations", "logpush", "tail_consumers",
            "upload_source_maps", "env", "limits", "observability");
    }

    [Fact]
    public async Task Bundle_WhenThereIsOnlyABuiltSite_TakesItForASinglePageApplication()
    {
        var (exit, files, output) = await BundleAsync(("dist/index.html", "<h1>hi</h1>"), ("public/robots.txt", ""));

        exit.Succeeded.Should().BeTrue(output);
        using var result = JsonDocument.Parse(files["result.json"]);
        result.RootElement.GetProperty("mainModule").ValueKind.Should().Be(JsonValueKind.Null);
        result.RootElement.GetProperty("assets").GetProperty("notFoundHandling").GetString().Should().Be("single-page-application");
        files.Keys.Should().BeEquivalentTo("result.json", "assets/index.html");
    }

    [Theory]
    [InlineData("dist/shop/browser/index.html", "dist/shop/3rdpartylicenses.txt")]
    [InlineData("build/client/index.html", "public/robots.txt")]
    [InlineData(".output/public/index.html", ".output/nitro.json")]
    [InlineData("public/index.html", "dist/server.js")]
    [InlineData("_site/index.html", "public/robots.txt")]
    [InlineData("docs/.vitepress/dist/index.html", "docs/index.md")]
    public async Task Bundle_WhenAFrameworkPutsItsSiteDeeper_FindsIt(string page, string other)
    {
        var (exit, files, output) = await BundleAsync((page, "<h1>hi</h1>"), (other, ""));

        exit.Succeeded.Should().BeTrue(output);
        files.Keys.Should().BeEquivalentTo("result.json", "assets/index.html");
    }

    [Theory]
    [InlineData("dist (server.js)", "dist/server.js")]
    [InlineData("build (client, server)", "build/client/index.html", "build/server/index.js")]
    [InlineData("dist (client, server)", "dist/client/logo.svg", "dist/server/entry.mjs")]
    [InlineData("public (robots.txt); .output (public, server)", "public/robots.txt", ".output/server/index.mjs", ".output/public/index.html")]
    [InlineData("none of dist (", "dist/web/browser/index.html", "dist/admin/browser/index.html")]
    [InlineData("'export'", ".next/server/app.js", "public/next.svg")]
    [InlineData("adapter-static", ".svelte-kit/output/server/index.js", "src/app.html")]
    public async Task Bundle_WhenNothingThatWasBuiltIsASite_PublishesNoneOfIt(string found, params string[] paths)
    {
        var (exit, files, output) = await BundleAsync([.. paths.Select(path => (path, "x"))]);

        exit.Should().Be(new SandboxExit(SandboxExitReason.Exited, 1));
        files.Should().BeEmpty();
        output.Should().Contain("There is no site to deploy").And.Contain("assets.directory");
        output.Should().Contain(found);
    }

    [Theory]
    [InlineData("NODE_ENV=production node dist/server.cjs", "dist/server.cjs", "dist/server.cjs")]
    [InlineData("node ./dist", "dist/index.js", "dist/index.js")]
    [InlineData("vite preview", "dist/server/index.js", "dist/server")]
    [InlineData("node --import ./server.js -r './server.js' dist/server.mjs", "dist/server.mjs", "dist/server.mjs")]
    [InlineData("npx nodemon --watch src dist/server.js", "dist/server.js", "dist/server.js")]
    [InlineData("bun run server && node  'dist/server.cjs'", "dist/server.cjs", "dist/server.cjs")]
    [InlineData("bun run dist/server.js", "dist/server.js", "dist/server.js")]
    public async Task Bundle_WhenAServerLiesAmongThePages_PublishesNoneOfIt(string start, string path, string named)
    {
        var (exit, files, output) = await BundleAsync(
            ("dist/index.html", "x"), (path, "secret"), ("package.json", $$"""{ "scripts": { "start": "{{start}}" } }"""));

        exit.Should().Be(new SandboxExit(SandboxExitReason.Exited, 1));
        files.Should().BeEmpty();
        output.Should().Contain($"'{named}'").And.Contain("A server for Node does not run here");
    }

    [Theory]
    [InlineData("npx serve dist", "dist/index.js")]
    [InlineData("node server.js dist", "dist/index.js")]
    [InlineData("vite", "dist/server/index.html")]
    [InlineData("bun run dist && bunx serve dist", "dist/index.js")]
    [InlineData("pm2 serve dist 8080 --spa", "dist/index.js")]
    [InlineData("bun dist/index.html", "dist/index.js")]
    public async Task Bundle_WhenOnlyPagesAreServed_PublishesThem(string start, string path)
    {
        var (exit, files, output) = await BundleAsync(
            ("dist/index.html", "x"), (path, "x"), ("server.js", "x"), ("package.json", $$"""{ "scripts": { "start": "{{start}}" } }"""));

        exit.Succeeded.Should().BeTrue(output);
        files.Keys.Should().BeEquivalentTo("result.json", "assets/index.html", path.Replace("dist/", "assets/", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("true", "site/404.html", "404-page")]
    [InlineData("true", "site/about.html", "none")]
    [InlineData("echo built > site/index.html", "site/app.js", "single-page-application")]
    public async Task Bundle_WhenAConfigurationOnlyNamesTheFolder_TreatsItAsAnyOtherSite(string build, string path, string handling)
    {
        var (exit, files, output) = await BundleAfterAsync(
            build, ("site/index.html", "x"), (path, "x"), ("wrangler.json", """{ "assets": { "directory": "./site" } }"""));

        exit.Succeeded.Should().BeTrue(output);
        using var result = JsonDocument.Parse(files["result.json"]);
        result.RootElement.GetProperty("assets").GetProperty("notFoundHandling").GetString().Should().Be(handling);
    }

    [Theory]
    [InlineData("true", true)]
    [InlineData("echo '<h1>built</h1>' > public/index.html", false)]
    public async Task Bundle_WhenThePageOfPublicIsDeployed_WarnsUnlessTheBuildWroteIt(string build, bool warned)
    {
        var (exit, files, output) = await BundleAfterAsync(build, ("public/index.html", "<h1>sent</h1>"));

        exit.Succeeded.Should().BeTrue(output);
        files.Keys.Should().BeEquivalentTo("result.json", "assets/index.html");
        output.Contains("Deploying 'public', because", StringComparison.Ordinal).Should().Be(warned);
    }

    [Theory]
    [InlineData("<link href='%PUBLIC_URL%/favicon.ico'>")]
    [InlineData("<link href='<%= BASE_URL %>favicon.ico'>")]
    [InlineData("<title><%= htmlWebpackPlugin.options.title %></title>")]
    public async Task Bundle_WhenABuildWroteElsewhere_DoesNotPublishItsTemplate(string page)
    {
        var (exit, files, output) = await BundleAfterAsync("mkdir docs && echo x > docs/index.html", ("public/index.html", page));

        exit.Should().Be(new SandboxExit(SandboxExitReason.Exited, 1));
        files.Should().BeEmpty();
        output.Should().Contain("There is no site to deploy").And.Contain("public/index.html is the template")
            .And.Contain("assets.directory");
    }

    [Fact]
    public async Task Bundle_WhenBrowsersFillInAPage_PublishesIt()
    {
        var (exit, files, output) = await BundleAsync(
            ("wrangler.json", """{ "name": "site" }"""), ("public/index.html", "<script type='text/template'><% name %></script>"));

        exit.Succeeded.Should().BeTrue(output);
        files.Keys.Should().BeEquivalentTo("result.json", "assets/index.html");
    }

    [Theory]
    [InlineData("""{ "assets": { "directory": "." } }""")]
    [InlineData("""{ "pages_build_output_dir": "." }""")]
    public async Task Bundle_WhenTheProjectItselfIsTheSite_LeavesOutWhatWasInstalledAndBundled(string configuration)
    {
        // Made here, because a source never brings folders of that name.
        const string install = "for d in . packages/a fonts; do mkdir -p $d/node_modules && echo font > $d/node_modules/font.woff2; done";
        var (exit, files, output) = await BundleAfterAsync(
            install, ("wrangler.json", configuration), ("index.html", "<h1>hi</h1>"), ("package.json", "{}"), ("packages/a/package.json", "{}"));

        exit.Succeeded.Should().BeTrue(output);
        files.Keys.Should().BeEquivalentTo(
            "result.json", "assets/index.html", "assets/package.json", "assets/wrangler.json", "assets/packages/a/package.json",
            "assets/fonts/node_modules/font.woff2");
    }

    [Fact]
    public async Task Bundle_WhenPagesWouldHaveFunctions_IsRefused()
    {
        var (exit, _, output) = await BundleAsync(
            ("wrangler.json", """{ "pages_build_output_dir": "dist" }"""), ("dist/index.html", "<h1>hi</h1>"), ("functions/api/x.ts", ""));

        exit.Should().Be(new SandboxExit(SandboxExitReason.Exited, 1));
        output.Should().Contain("functions/api/x.ts").And.Contain("'main'");
    }

    [Fact]
    public async Task Bundle_WhenABuildPluginRedirectsTheConfiguration_FollowsIt()
    {
        var (exit, files, output) = await BundleAsync(
            ("wrangler.jsonc", """{ "name": "site", "main": "src/index.ts", "compatibility_date": "2026-01-01" }"""),
            (".wrangler/deploy/config.json", """{ "configPath": "../../dist/server/wrangler.json" }"""),
            ("dist/server/wrangler.json", """{ "name": "site", "main": "entry.js", "no_bundle": true, "rules": [{ "type": "ESModule", "globs": ["**/*.js"] }], "compatibility_date": "2026-02-02", "assets": { "directory": "../client" } }"""),
            ("dist/server/entry.js", "import { hi } from './chunks/a.js'; export default { fetch: () => new Response(hi) };"),
            ("dist/server/chunks/a.js", "export const hi = 'hi';"),
            ("dist/client/index.html", "<h1>hi</h1>"));

        exit.Succeeded.Should().BeTrue(output);
        files["result.json"].Should().Contain("2026-02-02").And.Contain("entry.js");
        files.Keys.Should().BeEquivalentTo("result.json", "worker/entry.js", "worker/chunks/a.js", "assets/index.html");
    }

    [Theory]
    [InlineData("readme.txt", "", "There is nothing to deploy")]
    [InlineData("wrangler.json", """{ "name": 5 }""", "cannot be used")]
    [InlineData("wrangler.json", """{ "assets": { "directory": "nowhere" } }""", "'nowhere'")]
    [InlineData("wrangler.json", """{ "assets": { "directory": "../.." } }""", "outside the project")]
    [InlineData("wrangler.json", """{ "main": "missing.ts", "compatibility_date": "2026-01-01" }""", "could not bundle")]
    public async Task Bundle_WhenItCannot_SaysWhy(string path, string content, string reason)
    {
        var (exit, _, output) = await BundleAsync((path, content));

        exit.Should().Be(new SandboxExit(SandboxExitReason.Exited, 1));
        output.Should().Contain(reason).And.NotContain("    at ").And.NotContain("/tmp/", "nobody can open what lies in the sandbox");
    }

    private static Dictionary<string, string> ModuleTypesOf(Dictionary<string, string> files)
    {
        using var result = JsonDocument.Parse(files["result.json"]);
        return result.RootElement.GetProperty("moduleTypes").EnumerateObject().ToDictionary(type => type.Name, type => type.Value.GetString()!);
    }

    private Task<(SandboxExit Exit, Dictionary<string, string> Files, string Output)> BundleAsync(params (string, string)[] project) =>
        BundleAfterAsync("true", project);

    private async Task<(SandboxExit Exit, Dictionary<string, string> Files, string Output)> BundleAfterAsync(
        string build, params (string, string)[] project)
    {
        await using var open = await OpenSandbox.CreateAsync(fixture.Provider);
        await open.WriteAsync(project);
        var exit = await open.BuildAsync(new SandboxBuild(
            [["sh", "-c", build], ["node", "/opt/libra/bundle.mjs"]], ".libra-out", TimeSpan.FromMinutes(1),
            new Dictionary<string, string>()));
        var files = open.ResultEntries().Where(entry => entry.DataStream is not null)
            .ToDictionary(entry => entry.Name, entry => new StreamReader(entry.DataStream!, Encoding.UTF8).ReadToEnd());
        return (exit, files, open.Output);
    }
}
