using Libra.Deploy.Application.Projects.Source;

namespace Libra.Deploy.UnitTests.Projects.Source;

public sealed class ExcludedPathsTests
{
    [Theory]
    [InlineData("src/components/ui/dialog.tsx")]
    [InlineData("src/components/ui/alert-dialog.tsx")]
    [InlineData("src/builder.ts")]
    [InlineData("src/login.tsx")]
    [InlineData("src/template.tsx")]
    [InlineData("src/distance.ts")]
    [InlineData(".gitignore")]
    [InlineData(".github/workflows/ci.yml")]
    [InlineData(".env.example")]
    [InlineData(".environment")]
    [InlineData("src/env.ts")]
    [InlineData("src/node_modules.ts")]
    [InlineData("src/dist/kept.ts")]
    [InlineData("packages/ui/build/index.ts")]
    [InlineData("build")]
    [InlineData("public/index.html")]
    [InlineData(".npmrc")]
    [InlineData("bunfig.toml")]
    [InlineData(".yarnrc.yml")]
    [InlineData(".pnpmfile.cjs")]
    public void CauseOf_WhenTheNameOnlyLooksAlike_Keeps(string path) => For("vite build").CauseOf(path).Should().BeNull();

    [Theory]
    [InlineData("node_modules/react/index.js")]
    [InlineData("packages/a/node_modules/react/index.js")]
    [InlineData(".git/config")]
    [InlineData("vendor/lib/.git/HEAD")]
    [InlineData(".env")]
    [InlineData(".env.local")]
    [InlineData("apps/web/.env.production")]
    [InlineData(".envrc")]
    [InlineData(".dev.vars")]
    [InlineData(".dev.vars.staging")]
    [InlineData(".wrangler/state/v3/x.sqlite")]
    [InlineData("src/.DS_Store")]
    public void CauseOf_WhenNeverPartOfABuild_DropsItWithAndWithoutABuildScript(string path)
    {
        For("vite build").CauseOf(path).Should().NotBeNull();
        For(build: null).CauseOf(path).Should().NotBeNull();
    }

    [Theory]
    [InlineData("dist/index.html")]
    [InlineData("build/index.html")]
    [InlineData("out/index.html")]
    [InlineData(".next/server/page.js")]
    public void CauseOf_WhenAFolderOfBuildOutput_DropsItOnlyIfABuildMakesItAnew(string path)
    {
        For("vite build").CauseOf(path).Should().NotBeNull();
        For(build: null).CauseOf(path).Should().BeNull();
    }

    [Theory]
    [InlineData("build/plugins.ts")]
    [InlineData("out/schema.json")]
    [InlineData("build/views/index.html")]
    public void CauseOf_WhenAFolderHasNoPageOfASite_KeepsItAsSource(string path) =>
        ExcludedPaths.For(Scripts("vite build"), [path]).CauseOf(path).Should().BeNull();

    [Theory]
    [InlineData("node dist/make.js")]
    [InlineData("NODE_ENV=production node --enable-source-maps ./dist/make.js --out site")]
    [InlineData("vite build && tsx dist/pages.ts")]
    [InlineData("./dist/make.sh")]
    [InlineData("npx webpack --config dist/webpack.config.js")]
    [InlineData("rollup -c=dist/rollup.config.js")]
    [InlineData("node -r dotenv/config dist/make.js")]
    [InlineData("node --import tsx --env-file .env.build ./dist/make.ts")]
    [InlineData("tsx --tsconfig tsconfig.build.json dist/make.ts")]
    [InlineData("npm run gen && vite build")]
    [InlineData("run-s gen:* bundle")]
    public void CauseOf_WhenTheBuildRunsTheFolder_KeepsIt(string build) =>
        ExcludedPaths.For(Scripts(build, ("gen", "node dist/make.js"), ("gen:a", "sh 'dist/make.sh'")), ["dist/index.html"])
            .CauseOf("dist/index.html").Should().BeNull();

    [Theory]
    [InlineData("vite build && cp robots.txt dist/robots.txt")]
    [InlineData("mkdir -p dist/assets && tsc --outDir dist/assets")]
    [InlineData("rm -rf dist/old; esbuild a.ts --outfile=dist/a.js")]
    [InlineData("zip -r dist/site.zip public")]
    [InlineData("node make.js dist/index.html")]
    [InlineData("node -r dotenv/config make.js dist/index.html")]
    [InlineData("vite build")]
    public void CauseOf_WhenTheBuildOnlyWritesTheFolder_DropsWhatWasSentOfIt(string build) =>
        ExcludedPaths.For(Scripts(build, ("start", "node dist/server.js")), ["dist/index.html"])
            .CauseOf("dist/index.html").Should().Be("dist");

    [Fact]
    public void Of_WhenManyScriptsCallManyOthersByPatterns_TakesTimeByTheirLengthAlone()
    {
        var packages = new[] { 250, 2000 }.ToDictionary(count => count, ManyPatterns);

        Growth.ShouldBeLinear(250, times: 8, count => BuildScripts.Of(packages[count]));
    }

    private static PackageJson ManyPatterns(int count)
    {
        var scripts = Enumerable.Range(0, count).ToDictionary(i => $"a{i}", _ => "x " + string.Join(' ', Enumerable.Repeat("b*", 15)));
        scripts["build"] = "x a*";
        return new PackageJson(scripts["build"], scripts);
    }

    private static ExcludedPaths For(string? build) =>
        ExcludedPaths.For(build is null ? null : Scripts(build), ["build/index.html", "out/index.html"]);

    private static BuildScripts Scripts(string build, params (string Name, string Text)[] others) =>
        BuildScripts.Of(new PackageJson(
            build, others.Append((Name: "build", Text: build)).ToDictionary(script => script.Name, script => script.Text)))!;
}
