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
    public void CauseOf_WhenTheNameOnlyLooksAlike_Keeps(string path) => ExcludedPaths.For("vite build").CauseOf(path).Should().BeNull();

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
        ExcludedPaths.For("vite build").CauseOf(path).Should().NotBeNull();
        ExcludedPaths.For(buildScript: null).CauseOf(path).Should().NotBeNull();
    }

    [Theory]
    [InlineData("dist/index.html")]
    [InlineData("build/index.html")]
    [InlineData("out/index.html")]
    [InlineData(".next/server/page.js")]
    public void CauseOf_WhenAFolderOfBuildOutput_DropsItOnlyIfABuildMakesItAnew(string path)
    {
        ExcludedPaths.For("vite build").CauseOf(path).Should().NotBeNull();
        ExcludedPaths.For(buildScript: null).CauseOf(path).Should().BeNull();
    }

    [Fact]
    public void CauseOf_WhenTheBuildScriptReadsTheFolder_KeepsIt()
    {
        var excluded = ExcludedPaths.For("node build/build.js");

        excluded.CauseOf("build/build.js").Should().BeNull();
        excluded.CauseOf("dist/index.html").Should().Be("dist");
    }
}
