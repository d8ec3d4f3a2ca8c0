using System.Diagnostics;
using Libra.Deploy.Application.Storage;
using Libra.Deploy.IntegrationTests.Persistence;

namespace Libra.Deploy.IntegrationTests.Cleanup;

/// <summary>Cleaning up beside workers that store the same artifacts, and killed in the middle again and again.</summary>
public sealed class KilledCleanupTests(TestPostgres server)
{
    private const int Kills = 10;
    private const int Pages = 12; // few, so that what is removed and what is added share artifacts

    [Fact]
    public async Task Clean_UnderLoadAndKilledTenTimes_LosesNothingLiveAndLeavesNoGarbage()
    {
        await using var history = await History.BeginAsync(server);
        using var enough = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        var load = Task.WhenAll(Enumerable.Range(0, 3).Select(worker => AddUntilAsync(history, $"busy-{worker}", enough.Token)));
        var random = new Random(20261123);

        for (var kills = 0; kills < Kills; kills += await KillAsync(history, random) ? 1 : 0) await AddOldAsync(history, random);
        await enough.CancelAsync();
        await load;
        (await history.CleanAsync()).IsError.Should().BeFalse();

        await ShouldBeWholeAsync(history);
    }

    private static async Task AddUntilAsync(History history, string project, CancellationToken enough)
    {
        for (var number = 0; !enough.IsCancellationRequested; number++) await history.AddAsync(project, daysAgo: 0, $"page {number % Pages}");
    }

    private static async Task AddOldAsync(History history, Random random)
    {
        for (var number = 0; number < 40; number++) await history.AddAsync($"old-{random.Next(5)}", random.Next(40, 90), $"page {random.Next(Pages)}");
    }

    /// <returns>False when it ended before it could be killed.</returns>
    private static async Task<bool> KillAsync(History history, Random random)
    {
        var goal = await CountOldAsync(history) - random.Next(1, 30);
        using var cleaner = history.StartCleaner();
        await Eventually.BecomesTrueAsync(
            async () => cleaner.HasExited || await CountOldAsync(history) <= goal, TimeSpan.FromMinutes(2), "the cleaner removes what is old");
        var inTheMiddle = !cleaner.HasExited;
        cleaner.Kill();
        await cleaner.WaitForExitAsync(TestContext.Current.CancellationToken);
        return inTheMiddle;
    }

    // By the objects, which go before their rows.
    private static async Task<int> CountOldAsync(History history) =>
        (await history.KeysAsync(ObjectBucket.Logs)).Count(key => key.Contains("/old-", StringComparison.Ordinal) && key.EndsWith(".gz", StringComparison.Ordinal));

    private static async Task ShouldBeWholeAsync(History history)
    {
        var logs = (await history.KeysAsync(ObjectBucket.Logs)).Select(key => key.Split('/')[3]).Distinct();
        logs.Should().BeEquivalentTo(await history.ListAsync("SELECT id FROM deploy.deployments"), "each deployment has its log, and no log is nobody's");
        var artifacts = (await history.KeysAsync(ObjectBucket.Artifacts)).Select(key => Path.GetFileName(key).Split('.')[0]);
        artifacts.Should().BeEquivalentTo(
            await history.ListAsync("SELECT DISTINCT artifact_digest FROM deploy.deployments WHERE artifact_digest IS NOT NULL"), "the same for artifacts");
        (await history.ListAsync("SELECT digest FROM deploy.released_artifacts")).Should().BeEmpty();
        (await history.ListAsync("SELECT DISTINCT project_id FROM deploy.deployments WHERE completed_at < now() - interval '30 days'"))
            .Should().OnlyHaveUniqueItems().And.HaveCountGreaterThan(1, "of each project the live one stays");
    }
}
