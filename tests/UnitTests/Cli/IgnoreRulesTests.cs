using Libra.Deploy.Cli.Source;

namespace Libra.Deploy.UnitTests.Cli;

public sealed class IgnoreRulesTests
{
    [Theory]
    [InlineData("dist", "dist/", true)]
    [InlineData("dist", "src/dist", true)]
    [InlineData("dist/", "dist/", true)]
    [InlineData("dist/", "dist", false)]
    [InlineData("dist/", "packages/a/dist/", true)]
    [InlineData("/dist", "dist/", true)]
    [InlineData("/dist", "src/dist/", false)]
    [InlineData("src/generated", "src/generated/", true)]
    [InlineData("src/generated", "a/src/generated/", false)]
    [InlineData("*.map", "assets/app.js.map", true)]
    [InlineData("assets/*.map", "assets/app.map", true)]
    [InlineData("assets/*.map", "assets/deep/app.map", false)]
    [InlineData("**/cache", "cache/", true)]
    [InlineData("**/cache", "a/b/cache", true)]
    [InlineData("a/**/z", "a/z", true)]
    [InlineData("a/**/z", "a/b/c/z", true)]
    [InlineData("a/**/z", "b/a/z", false)]
    [InlineData("a/**", "a/b/c", true)]
    [InlineData("a/**", "a/", false)]
    [InlineData("**", "anything", true)]
    [InlineData("**/tmp/**", "x/tmp/y", true)]
    [InlineData("foo**bar", "fooxbar", true)]
    [InlineData("# dist", "# dist", false)]
    [InlineData("\\# dist", "# dist", true)]
    [InlineData("\\!important", "!important", true)]
    [InlineData("name  ", "name", true)]
    [InlineData("name\\ ", "name ", true)]
    [InlineData("name\\ ", "name", false)]
    [InlineData("", "name", false)]
    [InlineData("/", "name", false)]
    [InlineData("!", "name", false)]
    public void Ignores_OneLine_DecidesAsGitDoes(string line, string path, bool expected) => IsIgnored([line], path).Should().Be(expected);

    [Fact]
    public void Ignores_WhenALaterLineTakesBack_TheLastOneCounts()
    {
        string[] lines = ["*.env", "!keep.env", "keep.env", "!keep.env"];

        IsIgnored(lines, "keep.env").Should().BeFalse();
        IsIgnored(lines, "other.env").Should().BeTrue();
    }

    [Fact]
    public void Ignores_WhenAFileBelowSaysOtherwise_TheOneBelowCounts()
    {
        var rules = IgnoreRules.None.With(0, ["*.txt", "/only-top"]).With(1, ["!notes.txt", "/own"]);

        rules.Ignores(["docs", "notes.txt"], isFolder: false).Should().BeFalse();
        rules.Ignores(["docs", "other.txt"], isFolder: false).Should().BeTrue();
        rules.Ignores(["docs", "own"], isFolder: false).Should().BeTrue("its slash ties it to its own folder");
        rules.Ignores(["docs", "deep", "own"], isFolder: false).Should().BeFalse();
        rules.Ignores(["docs", "only-top"], isFolder: false).Should().BeFalse();
    }

    private static bool IsIgnored(string[] lines, string path) =>
        IgnoreRules.None.With(0, lines).Ignores(path.TrimEnd('/').Split('/'), path.EndsWith('/'));
}
