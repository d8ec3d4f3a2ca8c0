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

    // A histogram is read through its parts.
    private static HashSet<string> NamesIn(string document) =>
        [.. Metric().Matches(Repository.Read($"docs/operations/{document}")).Select(match => Part().Replace(match.Value, string.Empty))];

    [GeneratedRegex(@"\blibra_[a-z_]+")]
    private static partial Regex Metric();

    [GeneratedRegex("_(bucket|sum|count)$")]
    private static partial Regex Part();
}
