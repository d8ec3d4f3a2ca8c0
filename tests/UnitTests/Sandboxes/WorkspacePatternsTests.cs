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
