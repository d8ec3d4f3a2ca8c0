using Libra.Deploy.Application.Storage;
using Libra.Deploy.Infrastructure.Storage;
using Libra.Deploy.IntegrationTests.Persistence;

namespace Libra.Deploy.IntegrationTests.Cleanup;

/// <summary>Cleaning up beside workers that store the same artifacts, and killed in the middle again and again.</summary>
public class KilledCleanupTests(TestPostgres server)
{
    /// <summary>Null for objects in a folder.</summary>
    private protected virtual Task<S3ObjectStoreOptions?> StoreAsync() => Task.FromResult<S3ObjectStoreOptions?>(null);

    private const int Kills = 10;
    private const int Pages = 12; // few, so that what is removed and what is added share artifacts

    [Fact]
    public async Task Clean_UnderLoadAndKilledTenTimes_LosesNothingLiveAndLeavesNoGarbage()
    {
        await using var history = await History.BeginAsync(server, await StoreAsync());
        var random = new Random(20261123);
        for (var kills = 0; kills < Kills;)
        {
            for (var number = 0; number < 12; number++)
                await history.AddAsync($"old-{random.Next(4)}", random.Next(40, 90), $"page {random.Next(Pages)}");
            var load = Task.WhenAll(Enumerable.Range(0, 3).Select(worker => AddAsync(history, $"busy-{worker}", random.Next(Pages))));
            if (await history.CleanAndKillAsync(before: random.Next(1, 24))) kills++;
            await load;
        }

        // PostgreSQL may need a moment to notice that the last one is gone.
        await Eventually.BecomesTrueAsync(
            async () => !(await history.CleanAsync()).IsError, TimeSpan.FromSeconds(30), "a dead run holds no lock");
        await ShouldBeWholeAsync(history);
    }

    private static async Task AddAsync(History history, string project, int page)
    {
        for (var number = 0; number < 6; number++) await history.AddAsync(project, daysAgo: 0, $"page {(page + number) % Pages}");
    }

    private static async Task ShouldBeWholeAsync(History history)
    {
        var logs = (await history.KeysAsync(ObjectBucket.Logs)).Select(key => key.Split('/')[3]).Distinct();
        logs.Should().BeEquivalentTo(
            await history.ListAsync("SELECT id FROM deploy.deployments"), "each deployment has its log, and no log is nobody's");
        var artifacts = (await history.KeysAsync(ObjectBucket.Artifacts)).Select(key => Path.GetFileName(key).Split('.')[0]);
        artifacts.Should().BeEquivalentTo(
            await history.ListAsync("SELECT DISTINCT artifact_digest FROM deploy.deployments WHERE artifact_digest IS NOT NULL"),
            "the same for artifacts");
        (await history.ListAsync("SELECT digest FROM deploy.released_artifacts")).Should().BeEmpty();
        (await history.ListAsync("SELECT DISTINCT project_id FROM deploy.deployments WHERE completed_at < now() - interval '30 days'"))
            .Should().OnlyHaveUniqueItems().And.HaveCountGreaterThan(1, "of each project the live one stays");
    }
}
