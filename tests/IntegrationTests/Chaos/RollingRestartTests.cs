namespace Libra.Deploy.IntegrationTests.Chaos;

/// <summary>Workers are replaced one after the other while clients deploy.</summary>
[Collection(nameof(AloneOnTheMachine))]
public sealed class RollingRestartTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(40);

    [Fact]
    public async Task RollingRestart_OfBothWorkersUnderLoad_FailsAndInterruptsNoDeployment()
    {
        await using var cluster = await Cluster.StartAsync(slots: 4);
        var books = new Books(cluster.Database);
        await books.OpenAsync();
        var load = new Load(cluster, projects: 20, rounds: 1);
        await load.PrepareAsync();

        var restarting = RestartAsync(cluster, load);
        await load.RunAsync(restarting, TestContext.Current.CancellationToken);
        await restarting;

        var verdict = new Verdict(cluster, load, books);
        await verdict.CheckAsync();
        verdict.Broken.Should().BeEmpty();
        (await books.ScalarAsync<long>("SELECT coalesce(sum(interruptions), 0)::bigint FROM deploy.deployments")).Should().Be(0, "a hand-over is no death");
    }

    private static async Task RestartAsync(Cluster cluster, Load load)
    {
        foreach (var place in Cluster.Workers)
        {
            var before = load.Finished;
            await Eventually.BecomesTrueAsync(() => load.Finished > before + 5, Patience, "there has to be load");
            await cluster[place].StopAsync(Patience);
            cluster[place].ExitCode.Should().Be(0);
            cluster.Start(place);
            await cluster.WaitUntilReadyAsync(place);
        }
    }
}
