using System.Text.Json;
using Libra.Deploy.Application.Deployments.Pipeline.Lockfiles;

namespace Libra.Deploy.UnitTests.Deployments.Lockfiles;

public sealed class DependencyRulesTests
{
    [Theory]
    [InlineData("^1.0.0")]
    [InlineData("latest")]
    [InlineData(">=1 <3 || 5.x")]
    [InlineData("")]
    [InlineData("*")]
    [InlineData("npm:other@^2")]
    [InlineData("npm:@scope/other@2")]
    [InlineData("workspace:*")]
    [InlineData("workspace:^1.0.0")]
    [InlineData("catalog:")]
    public void Problems_WhenOfTheRegistryOrAWorkspace_AreNone(string specification) =>
        Check($$"""{ "dependencies": { "a": "{{specification}}" } }""").Should().BeEmpty();

    [Theory]
    [InlineData("git+https://example.com/a.git")]
    [InlineData("git://example.com/a.git")]
    [InlineData("git@example.com:a/b.git")]
    [InlineData("github:user/repo")]
    [InlineData("user/repo")]
    [InlineData("http://127.0.0.1/a.tgz")]
    [InlineData("HTTPS://example.com/a.tgz")]
    [InlineData("file:../a")]
    [InlineData("../a")]
    [InlineData("./a.tgz")]
    [InlineData("/etc")]
    [InlineData("~/a")]
    [InlineData("link:../a")]
    [InlineData("workspace:../../a")]
    [InlineData("npm:../a")]
    [InlineData(" file:a")]
    public void Problems_WhenFromElsewhere_NameTheDependency(string specification)
    {
        foreach (var section in (
            string[])["dependencies", "devDependencies", "optionalDependencies", "peerDependencies", "overrides", "resolutions"])
        {
            Check($$"""{ "{{section}}": { "evil": "{{specification}}" } }""").Should().ContainSingle().Which.Should().Contain("'evil'");
        }
    }

    [Theory]
    [InlineData("""{ "overrides": { "a": { ".": "1", "b": "file:../x" } } }""")]
    [InlineData("""{ "workspaces": { "catalogs": { "c": { "a": "github:u/r" } } } }""")]
    [InlineData("""{ "pnpm": { "overrides": { "a": "link:/etc" } } }""")]
    [InlineData("""{ "dependencies": { "a": 1, "b": ["file:x"] } }""")]
    [InlineData("[]")]
    public void Problems_WhenHiddenDeeper_AreFound(string manifest) => Check(manifest).Should().ContainSingle();

    private static List<string> Check(string manifest)
    {
        using var json = JsonDocument.Parse(manifest);
        return [.. DependencyRules.Problems("package.json", json.RootElement)];
    }
}
