using Libra.Deploy.IntegrationTests.Logs;
using Libra.Deploy.IntegrationTests.Persistence;

namespace Libra.Deploy.IntegrationTests.Cleanup;

/// <summary>Cleaning up a past that has become large: minutes, for the figures in docs/operations/storage.md.</summary>
public sealed class LargeCleanupTests(TestPostgres server)
{
    private const int Part = 5_000; // what the busiest machine inserts within a command's patience

    [Fact(Explicit = true)]
    public Task Clean_OverAHundredThousandRows_RemovesNineOfTen() => ShouldRemoveNineOfTenAsync(100_000);

    [Fact(Explicit = true)]
    public Task Clean_OverAMillionRows_RemovesNineOfTen() => ShouldRemoveNineOfTenAsync(1_000_000);

    private async Task ShouldRemoveNineOfTenAsync(int rows)
    {
        await using var history = await History.BeginAsync(server);
        var first = await history.AddAsync("p", 40, "x");
        for (var from = 0; from < rows; from += Part) await history.MultiplyAsync(first, from, Part, projects: rows / 100);
        await history.ExecuteAsync("ANALYZE deploy.deployments");

        var begun = NodeCost.Now();
        var told = (await history.CleanAsync(keep: 10, dryRun: true)).Value;
        var rehearsed = NodeCost.Now();
        var done = (await history.CleanAsync(keep: 10)).Value;

        TestContext.Current.SendDiagnosticMessage(
            "{0} of {1} deployments: dry run {2}; real run {3}", done.Deployments, rows + 1, begun.Until(rehearsed),
            rehearsed.Until(NodeCost.Now()));
        done.Should().Be(told with { DryRun = false });
        done.Deployments.Should().Be(rows / 10 * 9);
    }
}
