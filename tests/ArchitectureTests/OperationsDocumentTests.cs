using System.Text.RegularExpressions;
using Libra.Deploy.Application.Telemetry;

namespace Libra.Deploy.ArchitectureTests;

/// <summary>A dashboard that asks for a name nobody measures stays empty without a word; these keep the two together.</summary>
public sealed partial class OperationsDocumentTests
{
    [Theory]
    [InlineData("grafana-dashboard.json")]
    [InlineData("alerts.yml")]
    [InlineData("metrics.md")]
    public void Document_NamesOnlyMetricsThatExist(string document)
    {
        var named = NamesIn(document);

        named.Should().NotBeEmpty();
        named.Should().BeSubsetOf(DeploymentMetrics.Names);
    }

    [Theory]
    [InlineData("grafana-dashboard.json")]
    [InlineData("metrics.md")]
    public void Document_ShowsEveryMetric(string document) => NamesIn(document).Should().BeEquivalentTo(DeploymentMetrics.Names);

    [Fact]
    public void Alert_ThatRingsWhenNothingHappens_CountsAMissingSeriesAsNothing()
    {
        var alerts = Repository.Read("docs/operations/alerts.yml");
        var silences = Silence().Matches(alerts).Select(match => match.Value).ToList();

        silences.Should().NotBeEmpty();
        silences.Should().OnlyContain(
            expression => expression.Contains("or vector(0)"), "who is dead measures nothing, and what is not there equals nothing");
        alerts.Should().Contain("absent(libra_dependency_up)");
    }

    [Fact]
    public void Alert_HasALineInTheRunbook()
    {
        var alerts = Alert().Matches(Repository.Read("docs/operations/alerts.yml")).Select(match => match.Groups[1].Value).ToList();
        var runbook = Repository.Read("docs/operations.md");

        alerts.Should().NotBeEmpty();
        alerts.Where(alert => !runbook.Contains($"| `{alert}` |")).Should().BeEmpty();
    }

    [GeneratedRegex(@"[^\s:]*\(?sum\(increase\(.*== 0")]
    private static partial Regex Silence();

    [GeneratedRegex(@"- alert: (\w+)")]
    private static partial Regex Alert();

    // A histogram is read through its parts.
    private static HashSet<string> NamesIn(string document) =>
        [.. Metric().Matches(Repository.Read($"docs/operations/{document}")).Select(match => Part().Replace(match.Value, string.Empty))];

    [GeneratedRegex(@"\blibra_[a-z_]+")]
    private static partial Regex Metric();

    [GeneratedRegex("_(bucket|sum|count)$")]
    private static partial Regex Part();
}
