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
    public void Contains_WhenTheNameOnlyLooksAlike_Keeps(string path) => ExcludedPaths.For("vite build").Contains(path).Should().BeFalse();

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
    public void Contains_WhenNeverPartOfABuild_DropsItWithAndWithoutABuildScript(string path)
    {
        ExcludedPaths.For("vite build").Contains(path).Should().BeTrue();
        ExcludedPaths.For(buildScript: null).Contains(path).Should().BeTrue();
    }

    [Theory]
    [InlineData("dist/index.html")]
    [InlineData("build/index.html")]
    [InlineData("out/index.html")]
    [InlineData(".next/server/page.js")]
    public void Contains_WhenAFolderOfBuildOutput_DropsItOnlyIfABuildMakesItAnew(string path)
    {
        ExcludedPaths.For("vite build").Contains(path).Should().BeTrue();
        ExcludedPaths.For(buildScript: null).Contains(path).Should().BeFalse();
    }

    [Fact]
    public void Contains_WhenTheBuildScriptReadsTheFolder_KeepsIt()
    {
        var excluded = ExcludedPaths.For("node build/build.js");

        excluded.Contains("build/build.js").Should().BeFalse();
        excluded.Contains("dist/index.html").Should().BeTrue();
    }
}
