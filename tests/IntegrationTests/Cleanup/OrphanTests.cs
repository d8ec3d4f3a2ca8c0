using Libra.Deploy.Application.Storage;
using Libra.Deploy.Domain.Deployments;
using Libra.Deploy.Infrastructure.Storage;
using Libra.Deploy.IntegrationTests.Persistence;

namespace Libra.Deploy.IntegrationTests.Cleanup;

/// <summary>What nobody names goes as well.</summary>
public class OrphanTests(TestPostgres server)
{
    /// <summary>Null for objects in a folder.</summary>
    private protected virtual Task<S3ObjectStoreOptions?> StoreAsync() => Task.FromResult<S3ObjectStoreOptions?>(null);

    [Fact]
    public async Task Clean_WhenObjectsBelongToNoDeployment_RemovesThemAndTellsSoBefore()
    {
        await using var history = await History.BeginAsync(server, await StoreAsync());
        var kept = await history.AddAsync("p", 1, "page");
        await history.PutAsync($"deployments/{kept}/result.json");
        var gone = DeploymentId.New(TimeProvider.System.GetUtcNow());
        await history.PutAsync($"logs/org/p/{gone}/0001/000000000007.ndjson.gz");
        await history.PutAsync($"deployments/{gone}/result.json");

        var told = (await history.CleanAsync(dryRun: true)).Value;
        var done = (await history.CleanAsync()).Value;

        done.LogObjects.Should().Be(2);
        done.Should().Be(told with { DryRun = false });
        var keys = await history.KeysAsync(ObjectBucket.Logs);
        keys.Should().NotContain(key => key.Contains(gone.Value, StringComparison.Ordinal)).And.Contain($"deployments/{kept}/result.json");
        (await history.HasLogAsync(kept, "p")).Should().BeTrue();
    }

    [Fact]
    public async Task Clean_AfterADatabaseWasRestored_RemovesArtifactsThatItDoesNotKnow()
    {
        await using var history = await History.BeginAsync(server, await StoreAsync());
        var kept = await history.AddAsync("p", 1, "page");
        var later = await history.AddAsync("q", 1, "page of a later deployment");
        await history.ExecuteAsync("DELETE FROM deploy.deployments WHERE id = $1", later);

        var told = (await history.CleanAsync(dryRun: true)).Value;
        var done = (await history.CleanAsync()).Value;

        told.Artifacts.Should().Be(1);
        done.Artifacts.Should().Be(1);
        (await history.CountArtifactsAsync()).Should().Be(1);
        (await history.HasAsync(kept)).Should().BeTrue();
    }

    [Fact]
    public async Task Clean_OnADatabaseThatDoesNotKnowOldObjects_WaitsFromWhenItFirstMissesThem()
    {
        await using var history = await History.BeginAsync(server, await StoreAsync(), orphanGrace: TimeSpan.FromDays(7));
        await history.AddAsync("p", 1, "page");
        var lost = await history.AddAsync("q", 90, "page of a deployment that is not in the backup");
        await history.PutAsync($"deployments/{lost}/result.json");
        await history.ExecuteAsync("DELETE FROM deploy.deployments WHERE id = $1", lost);

        var atOnce = (await history.CleanAsync()).Value;
        await history.ExecuteAsync("UPDATE deploy.orphans SET seen_at = seen_at - interval '6 days'; UPDATE deploy.released_artifacts SET released_at = released_at - interval '6 days'");
        var soon = (await history.CleanAsync()).Value;
        await history.ExecuteAsync("UPDATE deploy.orphans SET seen_at = seen_at - interval '1 day'; UPDATE deploy.released_artifacts SET released_at = released_at - interval '1 day'");
        var told = (await history.CleanAsync(dryRun: true)).Value;
        var inTime = (await history.CleanAsync()).Value;

        atOnce.Should().BeEquivalentTo(new { LogObjects = 0, Artifacts = 0 });
        soon.Should().BeEquivalentTo(new { LogObjects = 0, Artifacts = 0 });
        told.Should().Be(inTime with { DryRun = true });
        inTime.Should().BeEquivalentTo(new { LogObjects = 3, Artifacts = 1 }, "lines, index and result");
        (await history.ListAsync("SELECT name FROM deploy.orphans")).Should().BeEmpty("they are gone");
    }

    [Fact]
    public async Task Clean_WhenTheRightDatabaseIsBack_ForgetsWhatItMissed()
    {
        await using var history = await History.BeginAsync(server, await StoreAsync(), orphanGrace: TimeSpan.FromDays(7));
        await history.AddAsync("p", 1, "page");
        var lost = await history.AddAsync("q", 1, "another page");
        await history.ExecuteAsync("CREATE TABLE backup AS SELECT * FROM deploy.deployments WHERE id = $1", lost);
        await history.ExecuteAsync("DELETE FROM deploy.deployments WHERE id = $1", lost);
        await history.CleanAsync();
        (await history.ListAsync("SELECT name FROM deploy.orphans")).Should().Equal($"logs/{lost}");

        await history.ExecuteAsync($"INSERT INTO deploy.deployments ({DeploymentColumns.Written}) SELECT {DeploymentColumns.Written} FROM backup");
        await history.CleanAsync();

        (await history.ListAsync("SELECT name FROM deploy.orphans")).Should().BeEmpty();
        (await history.HasLogAsync(lost, "q")).Should().BeTrue();
    }

    [Fact]
    public async Task Clean_OnADatabaseWithoutDeployments_TakesItForTheWrongOne()
    {
        await using var history = await History.BeginAsync(server, await StoreAsync());
        await history.AddAsync("p", 1, "page");
        await history.ExecuteAsync("DELETE FROM deploy.deployments");

        var report = (await history.CleanAsync()).Value;

        report.Should().BeEquivalentTo(new { LogObjects = 0, Artifacts = 0 });
        (await history.CountArtifactsAsync()).Should().Be(1);
    }

    [Fact]
    public async Task Clean_OfAProjectThatIsGone_RemovesItsLiveDeploymentByAgeAlone()
    {
        await using var history = await History.BeginAsync(server, await StoreAsync());
        var live = await history.AddAsync("deleted", 90, "page");
        await history.ExecuteAsync("DELETE FROM public.project WHERE id = 'deleted'");

        var report = (await history.CleanAsync(keep: 10)).Value;

        (await history.HasAsync(live)).Should().BeFalse();
        report.Should().BeEquivalentTo(new { Deployments = 1, Artifacts = 1 });
        (await history.CountArtifactsAsync()).Should().Be(0);
    }
}
