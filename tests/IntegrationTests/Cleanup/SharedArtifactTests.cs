using Libra.Deploy.Application.Common;
using Libra.Deploy.Application.Deployments.Cleanup;
using Libra.Deploy.IntegrationTests.Persistence;

namespace Libra.Deploy.IntegrationTests.Cleanup;

/// <summary>One project's artifact is deleted at the moment when another project builds the same.</summary>
public sealed class SharedArtifactTests(TestPostgres server)
{
    [Fact]
    public async Task Save_WhileTheSameArtifactIsDeleted_StoresItAgain()
    {
        await using var history = await History.BeginAsync(server);
        await using var run = await ReleasedAsync(history);
        var building = await history.BeginDeploymentAsync("other", TimeProvider.System.GetUtcNow());
        var saving = Task.CompletedTask;

        await run.ReleaseArtifactsAsync(
            async artifact =>
            {
                saving = history.SaveAsync(building, "shared");
                await history.SomebodyWaitsForAnArtifactAsync();
                await history.Artifacts.DeleteAsync(artifact.Digest, TestContext.Current.CancellationToken);
            },
            TestContext.Current.CancellationToken);
        await saving;

        (await history.CountArtifactsAsync()).Should().Be(2, "the one that is live and the one that was stored again");
    }

    [Fact]
    public async Task Delete_AfterAnotherProjectTookTheArtifactUp_LeavesIt()
    {
        await using var history = await History.BeginAsync(server);
        await using var run = await ReleasedAsync(history);
        await history.SaveAsync(await history.BeginDeploymentAsync("other", TimeProvider.System.GetUtcNow()), "shared");
        var deleted = 0;

        await run.ReleaseArtifactsAsync(
            _ =>
            {
                deleted++;
                return Task.CompletedTask;
            },
            TestContext.Current.CancellationToken);

        deleted.Should().Be(0);
        (await history.ListAsync("SELECT digest FROM deploy.released_artifacts")).Should().BeEmpty("it is in use again");
    }

    [Fact]
    public async Task Clean_AfterADeploymentBuiltTwice_RemovesWhatTheFirstBuildMade()
    {
        await using var history = await History.BeginAsync(server);
        var id = await history.BeginDeploymentAsync("p", TimeProvider.System.GetUtcNow());
        await history.SaveAsync(id, "by a worker that died before the step was done");
        await history.SaveAsync(id, "by the next one, not byte by byte the same");

        await history.CleanAsync();
        (await history.CountArtifactsAsync()).Should().Be(2, "the deployment still runs");
        await history.ExecuteAsync("UPDATE deploy.deployments SET status = 'completed', completed_at = now() WHERE id = $1", id);
        await history.CleanAsync();

        (await history.CountArtifactsAsync()).Should().Be(1, "what is live stays");
        (await history.ListAsync("SELECT digest FROM deploy.released_artifacts")).Should().BeEmpty();
    }

    /// <summary>A run that has removed the only deployment with the page "shared".</summary>
    private static async Task<ICleanupRun> ReleasedAsync(History history)
    {
        await history.AddAsync("p", 90, "shared");
        await history.AddAsync("p", 50, "live");
        var rules = new CleanupRules(
            TimeProvider.System.GetUtcNow() - TimeSpan.FromDays(30), 0, long.MaxValue, TimeSpan.Zero, TimeSpan.Zero,
            OrganizationFilter.All, DryRun: false);
        var run = await history.Expired.BeginAsync(rules, TestContext.Current.CancellationToken);
        await run!.RemoveAsync(await run.NextAsync(TestContext.Current.CancellationToken), TestContext.Current.CancellationToken);
        return run;
    }
}
