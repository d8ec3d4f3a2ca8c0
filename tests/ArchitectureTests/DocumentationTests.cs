using Libra.Deploy.Application.Deployments.Pipeline;
using System.Text.RegularExpressions;
using Libra.Deploy.WebApi.Configuration;

namespace Libra.Deploy.ArchitectureTests;

/// <summary>What the documents promise about the code, and the code about the documents.</summary>
public sealed partial class DocumentationTests
{
    private const string Tree = "src/README.md";
    private static readonly string[] Headings = ["## Context", "## Options", "## Decision", "## Consequences", "## Confirmation"];
    private static readonly IReadOnlyList<SourceFile> Pages =
        [.. Repository.Files("docs", "*.md"), Page("README.md"), Page("CONTRIBUTING.md"), Page("CHANGELOG.md"), Page(Tree)];

    [Fact]
    public void EverySetting_IsDocumented()
    {
        var page = Repository.Read("docs/configuration.md");

        EnvironmentNames.All.Should().NotBeEmpty();
        EnvironmentNames.All.Where(variable => !page.Contains($"`{variable.Name}` | `{variable.Key}`", StringComparison.Ordinal))
            .Should().BeEmpty();
    }

    [Fact]
    public void EveryCause_IsDocumentedAndProvoked()
    {
        var page = Repository.Read("docs/reliability.md");
        var tests = Repository.Read("tests/IntegrationTests/Deployments/Pipeline/FailureCauseTests.cs");

        FailureCauses.Categories.Should().NotBeEmpty();
        FailureCauses.Categories
            .Where(cause => !page.Contains($"| `{cause.Key}` | {cause.Value.ToString().ToLowerInvariant()} |", StringComparison.Ordinal))
            .Should().BeEmpty();
        FailureCauses.Categories.Keys.Where(code => !tests.Contains($"\"{code}\"", StringComparison.Ordinal)).Should().BeEmpty();
    }

    [Fact]
    public void EveryFolderOfTheCode_SaysInTheTreeWhatItHolds()
    {
        var named = TreeRow().Matches(Repository.Read(Tree)).Select(row => row.Groups["folder"].Value);

        named.Should().BeEquivalentTo(Repository.Folders("src"), "a newcomer reads {0} first", Tree);
    }

    [Fact]
    public void EveryPathInTheTree_Exists()
    {
        var places = Repository.Folders("src").Concat(Repository.Folders("docs")).Concat(Repository.FilePaths("src", "tests", "docs"))
            .Select(path => $"/{path}").ToList();
        var named = PathOfCode().Matches(Repository.Read(Tree)).Select(match => match.Groups["path"].Value).ToList();

        named.Should().HaveCountGreaterThan(20);
        named.Where(path => !places.Exists(place => place.EndsWith($"/{path}", StringComparison.Ordinal))).Should().BeEmpty();
    }

    [Fact]
    public void EveryDecision_IsInTheIndexAndHasItsParts()
    {
        var index = Repository.Read("docs/adr/README.md");
        var decisions = Repository.Files("docs/adr", "0*.md");

        decisions.Should().NotBeEmpty();
        decisions.Select(decision => Path.GetFileName(decision.Path))
            .Where(name => !index.Contains($"({name})", StringComparison.Ordinal)).Should().BeEmpty();
        decisions.Where(decision => !Headings.All(heading => decision.Text.Contains(heading, StringComparison.Ordinal))).Should().BeEmpty();
    }

    [Fact]
    public void EveryTestThatADecisionNames_Exists()
    {
        var code = string.Concat(Repository.Files("tests", "*.cs").Concat(Repository.Files("tests", "*.mjs")).Select(file => file.Text));
        var missing = from decision in Repository.Files("docs/adr", "0*.md")
                      let confirmation = decision.Text[decision.Text.IndexOf("## Confirmation", StringComparison.Ordinal)..]
                      from Match test in TestName().Matches(confirmation)
                      where !test.Groups["name"].Value.Split('.').All(part => Regex.IsMatch(code, $@"\b{part}\b"))
                      select $"{Path.GetFileName(decision.Path)}: {test.Groups["name"].Value}";

        missing.Should().BeEmpty("a decision that nothing confirms is only a wish");
    }

    [Fact]
    public void EveryDecision_NamesATest()
    {
        var silent = Repository.Files("docs/adr", "0*.md")
            .Where(decision => !TestName().IsMatch(decision.Text[decision.Text.IndexOf("## Confirmation", StringComparison.Ordinal)..]))
            .Select(decision => decision.Path);

        silent.Should().BeEmpty();
    }

    [Fact]
    public void EveryLinkBetweenDocuments_LeadsSomewhere()
    {
        var dead = from page in Pages
                   from Match link in Link().Matches(page.Text)
                   let target = link.Groups["target"].Value
                   where !Path.Exists(Path.Combine(Repository.Root, Path.GetDirectoryName(page.Path)!, target))
                   select $"{page.Path} -> {target}";

        Pages.Should().HaveCountGreaterThan(20);
        dead.Should().BeEmpty();
    }

    private static SourceFile Page(string path) => new(path, Repository.Read(path));

    [GeneratedRegex(@"^\| `(?<folder>src/[\w/]+)` \|", RegexOptions.Multiline)]
    private static partial Regex TreeRow();

    // A file by its name and as many folders as it takes to find it, or a folder from its layer on.
    [GeneratedRegex(@"`(?<path>[\w./-]+\.(cs|js|md)|(Domain|Application|Infrastructure|WebApi|docs)/[\w./]+)`")]
    private static partial Regex PathOfCode();

    [GeneratedRegex(@"`(?<name>[A-Z]\w*Tests?(\.[A-Z]\w*)?)[*`]")]
    private static partial Regex TestName();

    [GeneratedRegex(@"\]\((?<target>[^)#:]+?)(#[^)]*)?\)")]
    private static partial Regex Link();
}
