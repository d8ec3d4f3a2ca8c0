using System.Text.Json.Nodes;
using Libra.Deploy.Infrastructure.Sandboxes.Dependencies;

namespace Libra.Deploy.UnitTests.Sandboxes;

public sealed class WorkspacePatternsTests
{
    [Theory]
    [InlineData("packages/*", "packages/a", true)]
    [InlineData("packages/*", "packages/a/b", false)]
    [InlineData("./packages/*/", "packages/a", true)]
    [InlineData("packages/**", "packages/a/b", true)]
    [InlineData("packages/**", "packages", true)]
    [InlineData("packages/**", "packages2/a", false)]
    [InlineData("**", "a/b", true)]
    [InlineData("**/web", "web", true)]
    [InlineData("@scope/ui-*", "@scope/ui-kit", true)]
    [InlineData("app?", "app1", true)]
    [InlineData("a.b", "axb", false)]
    [InlineData("**/*a?", "b/aab/cac", true)]
    [InlineData("**/*a?", "b/aab/caccc", false)]
    [InlineData("**/a/**/b", "a/x/a/b/c/b", true)]
    [InlineData("**/a/*/b", "a/x/a/b/c/b", false)]
    [InlineData("a*b*c", "abbcbc", true)]
    [InlineData("a*b*c", "abcb", false)]
    [InlineData("apps/**/**", "apps", true)]
    [InlineData("apps/*", "apps", false)]
    [InlineData("apps", "apps/a", false)]
    [InlineData("{apps,packages}/*", "examples/demo", true, "nothing is left out that may be a workspace")]
    public void Names_WhatAPatternNames(string pattern, string folder, bool named, string because = "") =>
        WorkspacePatterns.OfManifest(new JsonArray(pattern)).Names(folder).Should().Be(named, because);

    [Fact]
    public void Names_WhenAPatternExcludes_LeavesThatOut()
    {
        var patterns = WorkspacePatterns.OfManifest(JsonNode.Parse("""{ "packages": ["**", "!**/fixtures/**"] }"""));

        patterns.Names("packages/a").Should().BeTrue();
        patterns.Names("packages/a/fixtures/b").Should().BeFalse();
    }

    [Fact]
    public void Names_WhenAPatternHasManyStates_KeepsNoneOfThem()
    {
        var letters = new Random(1);
        var patterns = WorkspacePatterns.OfManifest(new JsonArray($"**/*a{new string('?', 180)}"));
        var folders = Enumerable.Range(0, 20).Select(_ => new string(letters.GetItems<char>("ab", 250))).ToList();

        var before = GC.GetAllocatedBytesForCurrentThread();
        var named = folders.Count(patterns.Names);

        (GC.GetAllocatedBytesForCurrentThread() - before).Should().BeLessThan(100_000);
        named.Should().Be(folders.Count(folder => folder[^181] == 'a')).And.BeInRange(1, 19);
    }

    [Fact]
    public void Names_WhenPatternsTakeTooLong_NamesTheOtherFoldersUnread()
    {
        var slow = $"**/*a{new string('?', 195)}";
        var patterns = WorkspacePatterns.OfManifest(new JsonArray([.. Enumerable.Range(0, 200).Select(_ => JsonValue.Create(slow))]));
        var folder = string.Join('/', Enumerable.Repeat(new string('b', 250), 20));

        patterns.Names("examples/a").Should().BeFalse();
        patterns.Names(folder).Should().BeTrue("nothing is left out that may be a workspace");
        patterns.Names("examples/a").Should().BeTrue();
    }

    [Theory]
    [InlineData("packages:\n  - 'apps/*'\n  # more\n  - \"libs/*\" # last\ncatalog:\n  react: ^19\n", false)]
    [InlineData("packages:\n- apps/*\n\n- libs/*\n", false)]
    [InlineData("packages: ['apps/*', 'libs/*']\n", true)]
    [InlineData("packages:\n  - &all apps/*\n  - libs/*\n", true)]
    public void OfPnpm_ReadsAPlainListAndTakesEveryFolderOfAnyOther(string yaml, bool all)
    {
        var patterns = WorkspacePatterns.OfPnpm(yaml);

        patterns.Names("apps/a").Should().BeTrue();
        patterns.Names("libs/a").Should().BeTrue();
        patterns.Names("examples/a").Should().Be(all);
    }

    [Theory]
    [InlineData("catalog:\n  react: ^19\n")]
    [InlineData("")]
    public void OfPnpm_WithoutPackages_NamesNone(string yaml) => WorkspacePatterns.OfPnpm(yaml).Names("packages/a").Should().BeFalse();
}
