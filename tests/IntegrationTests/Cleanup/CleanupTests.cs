using Libra.Deploy.Application.Common;
using Libra.Deploy.Application.Deployments.Cleanup;
using Libra.Deploy.Infrastructure.Storage;
using Libra.Deploy.IntegrationTests.Persistence;

namespace Libra.Deploy.IntegrationTests.Cleanup;

/// <summary>What is old goes, with everything that it left; what is live, running, recent or used stays.</summary>
public class CleanupTests(TestPostgres server)
{
    /// <summary>Null for objects in a folder.</summary>
    private protected virtual Task<S3ObjectStoreOptions?> StoreAsync() => Task.FromResult<S3ObjectStoreOptions?>(null);

    [Fact]
    public async Task Clean_RemovesOldOnesWithLogAndArtifactAndKeepsTheLiveOne()
    {
        await using var history = await History.BeginAsync(server, await StoreAsync());
        var old = await history.AddAsync("p", 90, "first");
        var failed = await history.AddAsync("p", 80, status: "failed");
        var live = await history.AddAsync("p", 60, "second");
        var young = await history.AddAsync("p", 5, status: "failed");

        var report = (await history.CleanAsync()).Value;

        (await history.HasAsync(old)).Should().BeFalse();
        (await history.HasLogAsync(old, "p")).Should().BeFalse();
        (await history.HasAsync(failed)).Should().BeFalse();
        (await history.HasAsync(live)).Should().BeTrue("it is live, however old");
        (await history.HasLogAsync(live, "p")).Should().BeTrue();
        (await history.HasAsync(young)).Should().BeTrue();
        (await history.CountArtifactsAsync()).Should().Be(1);
        report.Should().BeEquivalentTo(new { Deployments = 2, Artifacts = 1, Kept = new KeptDeployments(Live: 1, Recent: 0) });
    }

    [Fact]
    public async Task Clean_KeepsTheNewestOfEachProjectWhateverTheirAge()
    {
        await using var history = await History.BeginAsync(server, await StoreAsync());
        var ids = new List<string>();
        for (var day = 40; day < 45; day++) ids.Add(await history.AddAsync("p", day, status: "failed"));

        var report = (await history.CleanAsync(keep: 3)).Value;

        (await history.CountAsync()).Should().Be(3);
        (await history.HasAsync(ids[2])).Should().BeTrue();
        (await history.HasAsync(ids[3])).Should().BeFalse();
        report.Kept.Recent.Should().Be(3);
    }

    [Fact]
    public async Task Clean_KeepsWhatADeadLetterWaitsFor()
    {
        await using var history = await History.BeginAsync(server, await StoreAsync());
        var waiting = await history.AddAsync("p", 90, status: "failed");
        await history.AddDeadLetterAsync(waiting);

        await history.CleanAsync();

        (await history.HasAsync(waiting)).Should().BeTrue("an operator may still replay it");
    }

    [Fact]
    public async Task Clean_WhenAnotherProjectUsesTheArtifact_KeepsIt()
    {
        await using var history = await History.BeginAsync(server, await StoreAsync());
        await history.AddAsync("p", 90, "shared");
        await history.AddAsync("p", 50, "other");
        await history.AddAsync("q", 1, "shared");

        await history.CleanAsync();

        (await history.CountArtifactsAsync()).Should().Be(2);
    }

    [Fact]
    public async Task Clean_WhileTheProjectDeploys_LeavesItsArtifactToTheNextRun()
    {
        await using var history = await History.BeginAsync(server, await StoreAsync());
        await history.AddAsync("p", 90, "old");
        await history.AddAsync("p", 50, "live");
        var running = await history.AddAsync("p", 0, status: "building");

        (await history.CleanAsync()).Value.Artifacts.Should().Be(0, "the running deployment may be about to use it again");
        (await history.CountArtifactsAsync()).Should().Be(2);

        await history.ExecuteAsync("UPDATE deploy.deployments SET status = 'failed', completed_at = now() WHERE id = $1", running);
        (await history.CleanAsync()).Value.Artifacts.Should().Be(1);
        (await history.CountArtifactsAsync()).Should().Be(1);
    }

    [Fact]
    public async Task Clean_WithinTheGraceTime_KeepsTheArtifact()
    {
        await using var history = await History.BeginAsync(server, await StoreAsync(), TimeSpan.FromHours(1));
        await history.AddAsync("p", 90, "old");
        await history.AddAsync("p", 50, "live");

        (await history.CleanAsync()).Value.Should().BeEquivalentTo(new { Deployments = 1, Artifacts = 0 });

        await history.ExecuteAsync("UPDATE deploy.released_artifacts SET released_at = now() - interval '2 hours'");
        (await history.CleanAsync()).Value.Should().BeEquivalentTo(new { Deployments = 0, Artifacts = 1 });
    }

    [Fact]
    public async Task DryRun_RemovesNothingAndTellsWhatTheRealRunThenRemoves()
    {
        await using var history = await History.BeginAsync(server, await StoreAsync());
        for (var day = 40; day < 50; day++) await history.AddAsync($"p{day % 3}", day, $"page {day % 4}");

        var told = (await history.CleanAsync(keep: 1, dryRun: true)).Value;
        (await history.CountAsync()).Should().Be(10);
        (await history.CountArtifactsAsync()).Should().Be(4);
        var done = (await history.CleanAsync(keep: 1)).Value;

        told.Deployments.Should().BePositive();
        told.Artifacts.Should().BePositive();
        done.Should().Be(told with { DryRun = false });
    }

    [Fact]
    public async Task Clean_AfterARunThatDiedBetweenRowsAndArtifacts_FinishesIt()
    {
        await using var history = await History.BeginAsync(server, await StoreAsync());
        await history.AddAsync("p", 90, "old");
        await history.AddAsync("p", 50, "live");
        var rules = new CleanupRules(
            TimeProvider.System.GetUtcNow() - TimeSpan.FromDays(30), 0, long.MaxValue, TimeSpan.Zero, TimeSpan.Zero,
            OrganizationFilter.All, DryRun: false);
        await using (var died = await history.Expired.BeginAsync(rules, TestContext.Current.CancellationToken))
            await died!.RemoveAsync(await died.NextAsync(TestContext.Current.CancellationToken), TestContext.Current.CancellationToken);
        (await history.CountArtifactsAsync()).Should().Be(2);

        (await history.CleanAsync()).Value.Artifacts.Should().Be(1);

        (await history.CountArtifactsAsync()).Should().Be(1);
    }

    [Fact]
    public async Task Clean_WhenAnOrganizationsSourcesTakeTooMuch_RemovesTheOldestOfWhatEndedAndKeepsTheDeployments()
    {
        await using var history = await History.BeginAsync(server, await StoreAsync(), sourceBytes: 2_500);
        var letter = await WithSourceAsync(daysAgo: 9, "failed");
        await history.AddDeadLetterAsync(letter);
        var oldest = await WithSourceAsync(daysAgo: 8, "cancelled");
        var running = await WithSourceAsync(daysAgo: 7, "building");
        var kept = await WithSourceAsync(daysAgo: 2, "failed");
        var newest = await WithSourceAsync(daysAgo: 1, "cancelled");
        var told = (await history.CleanAsync(dryRun: true)).Value;

        var report = (await history.CleanAsync()).Value;

        (await history.HasSourceAsync(oldest)).Should().BeFalse();
        (await history.HasAsync(oldest)).Should().BeTrue();
        foreach (var id in new[] { letter, running, kept, newest }) (await history.HasSourceAsync(id)).Should().BeTrue();
        report.Bytes.Should().Be(1_000);
        report.Should().Be(told with { DryRun = false });

        async Task<string> WithSourceAsync(int daysAgo, string status)
        {
            var id = await history.AddAsync(status == "building" ? "other" : "p", daysAgo, status: status);
            await history.AddSourceAsync(id, bytes: 1_000);
            return id;
        }
    }

    [Fact]
    public async Task Clean_WhileAnotherRunIsUnderWay_IsRefused()
    {
        await using var history = await History.BeginAsync(server, await StoreAsync());
        var rules = new CleanupRules(
            TimeProvider.System.GetUtcNow(), 0, long.MaxValue, TimeSpan.Zero, TimeSpan.Zero, OrganizationFilter.All, DryRun: false);
        await using (await history.Expired.BeginAsync(rules, TestContext.Current.CancellationToken))
            (await history.CleanAsync()).FirstError.Code.Should().Be("INVALID_STATE");

        (await history.CleanAsync()).IsError.Should().BeFalse();
    }

    [Fact]
    public async Task Clean_OverManyPages_RemovesAllButTheLiveOne()
    {
        await using var history = await History.BeginAsync(server, await StoreAsync());
        var first = await history.AddAsync("p", 40, "x");
        await history.MultiplyAsync(first, 0, 1000, projects: 0);

        (await history.CleanAsync()).Value.Deployments.Should().Be(1000);

        (await history.CountAsync()).Should().Be(1);
        (await history.HasAsync(first)).Should().BeTrue();
    }
}
