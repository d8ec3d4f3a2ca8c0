using Libra.Deploy.Application.Deployments.Pipeline;
using Libra.Deploy.Application.Projects.Source;
using static Libra.Deploy.UnitTests.Projects.Source.SourceSamples;

namespace Libra.Deploy.UnitTests.Deployments;

public sealed class StaticFilesTests
{
    [Theory]
    [InlineData("single-page-application", "index.html", "assets/app.js")]
    [InlineData("none", "index.html", "about.html")]
    [InlineData("none", "index.html", "about.html", "main.js")]
    [InlineData("none", "index.html", "picture.png")]
    [InlineData("none", "about.html", "main.js")]
    [InlineData("404-page", "index.html", "404.html")]
    [InlineData("single-page-application", "dist/index.html", "dist/main.js", "docs/other.html")]
    public void SiteOf_TakesOnePageAloneForAnAppThatRoutesInTheBrowser(string notFound, params string[] paths) =>
        StaticFiles.SiteOf(Tree(paths)).Assets.NotFoundHandling.Should().Be(notFound);

    [Theory]
    [InlineData("There is no index.html:*", "README.md")]
    [InlineData("*index.html lies in 'site'*", "site/index.html")]
    [InlineData("package.json has no script 'build'*", "package.json", "index.html", "src/main.tsx")]
    public void Surprises_WhenTheSiteWillNotDoWhatItsOwnerExpects_SayWhy(string sentence, params string[] paths) =>
        Surprises(paths).Should().ContainSingle().Which.Should().Match(sentence);

    [Theory]
    [InlineData("index.html")]
    [InlineData("package.json", "index.html", "main.js")]
    [InlineData("package.json", "dist/index.html", "src/main.tsx")]
    public void Surprises_WhenTheSiteIsComplete_AreNone(params string[] paths) => Surprises(paths).Should().BeEmpty();

    [Theory]
    [InlineData("package.json has no script 'build'*", "package.json", "server.js", "views/index.html")]
    [InlineData("*lies in 'my-app'*", "my-app/package.json", "my-app/src/main.tsx")]
    public void Check_WhenNothingOfItIsASite_RefusesToPublishTheSource(string sentence, params string[] paths)
    {
        var error = StaticFiles.Check(Tree(paths)).FirstError;

        error.Code.Should().Be("DEPLOYMENT_VALIDATION_FAILED");
        error.Description.Should().Match(sentence);
    }

    [Theory]
    [InlineData("package.json", "index.html")]
    [InlineData("package.json", "public/index.html", "server.js")]
    [InlineData("package.json", "wrangler.json", "worker.js")]
    [InlineData("about.html", "tool/package.json")]
    [InlineData("picture.png")]
    public void Check_WhenItMayBeASite_RefusesNothing(params string[] paths) => StaticFiles.Check(Tree(paths)).IsError.Should().BeFalse();

    [Fact]
    public void SiteOf_LeavesOutWhatPackageManagersWriteAndRead()
    {
        var site = StaticFiles.SiteOf(Tree(
            ["index.html", "npm-shrinkwrap.json", "bun.lockb", "yarn.lock", "docs/.npmrc", "docs/.yarnrc.yml", "docs/package.json"]));

        site.Files.Select(file => file.Path).Should().BeEquivalentTo("index.html", "docs/package.json");
    }

    [Fact]
    public void SiteOf_LeavesOutWhatTellsDevelopersWhichSettingsThereAre()
    {
        var site = StaticFiles.SiteOf(Tree(["index.html", ".env.example", ".dev.vars.example", ".gitignore"]));

        site.Files.Select(file => file.Path).Should().Equal("index.html");
    }

    private static IEnumerable<string> Surprises(string[] paths) => StaticFiles.Surprises(Tree(paths), StaticFiles.SiteOf(Tree(paths)));

    private static SourceTree Tree(string[] paths) => SourceTree.Create(paths.Select(path => Text(path, "{}")), Limits).Value;
}
