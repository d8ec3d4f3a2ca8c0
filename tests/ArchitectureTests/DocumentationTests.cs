using Libra.Deploy.Application.Deployments.Pipeline;
using Libra.Deploy.WebApi.Configuration;

namespace Libra.Deploy.ArchitectureTests;

/// <summary>What the documents promise about the code, and the code about the documents.</summary>
public sealed class DocumentationTests
{
    private static readonly string[] Headings = ["## Context", "## Options", "## Decision", "## Consequences", "## Confirmation"];

    [Fact]
    public void EverySetting_IsDocumented()
    {
        var page = Repository.Read("docs/configuration.md");

        EnvironmentNames.All.Should().NotBeEmpty();
        EnvironmentNames.All.Where(variable => !page.Contains($"`{variable.Name}` | `{variable.Key}`", StringComparison.Ordinal)).Should().BeEmpty();
    }

    [Fact]
    public void EveryCause_IsDocumentedAndProvoked()
    {
        var page = Repository.Read("docs/reliability.md");
        var tests = Repository.Read("tests/IntegrationTests/Deployments/Pipeline/FailureCauseTests.cs");

        FailureCauses.Categories.Should().NotBeEmpty();
        FailureCauses.Categories.Where(cause => !page.Contains($"| `{cause.Key}` | {cause.Value.ToString().ToLowerInvariant()} |", StringComparison.Ordinal)).Should().BeEmpty();
        FailureCauses.Categories.Keys.Where(code => !tests.Contains($"\"{code}\"", StringComparison.Ordinal)).Should().BeEmpty();
    }

    [Fact]
    public void EveryDecision_IsInTheIndexAndHasItsParts()
    {
        var index = Repository.Read("docs/adr/README.md");
        var decisions = Directory.GetFiles(Path.Combine(Repository.Root, "docs/adr"), "0*.md");

        decisions.Should().NotBeEmpty();
        decisions.Select(Path.GetFileName).Where(name => !index.Contains($"({name})", StringComparison.Ordinal)).Should().BeEmpty();
        decisions.Where(path => !Headings.All(heading => File.ReadAllText(path).Contains(heading, StringComparison.Ordinal))).Should().BeEmpty();
    }

    [Fact]
    public void EveryLinkBetweenDocuments_LeadsSomewhere()
    {
        var pages = Directory.GetFiles(Path.Combine(Repository.Root, "docs"), "*.md", SearchOption.AllDirectories).Append(Path.Combine(Repository.Root, "README.md"));
        var dead = from page in pages
                   from System.Text.RegularExpressions.Match link in System.Text.RegularExpressions.Regex.Matches(File.ReadAllText(page), @"\]\(([^)#:]+\.md)\)")
                   where !File.Exists(Path.Combine(Path.GetDirectoryName(page)!, link.Groups[1].Value))
                   select $"{Path.GetFileName(page)} -> {link.Groups[1].Value}";

        dead.Should().BeEmpty();
    }
}
