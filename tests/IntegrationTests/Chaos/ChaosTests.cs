using System.Diagnostics;
using System.Globalization;

namespace Libra.Deploy.IntegrationTests.Chaos;

/// <summary>
/// Clients deploy while workers, the API node, PostgreSQL, the object store and the target die, stand still or fail; afterwards
/// every promise is checked. With 40 deployments a few things break, chosen by chance; <c>LIBRA_TEST_CHAOS_DEPLOYMENTS</c> asks for the
/// short form (120: a death at each moment of the journal) or the long one (1000), for which the machine has to do nothing else. The
/// small one promises nothing in seconds and mostly waits for leases to end, so it runs beside other tests.
/// </summary>
public sealed class ChaosTests(ITestOutputHelper output)
{
    private const string SizeVariable = "LIBRA_TEST_CHAOS_DEPLOYMENTS";
    private const int Rounds = 4;
    private const int SmallSize = 40;
    private const int ShortSize = 120;

    [Fact]
    public async Task Deployments_ThroughKillsAtEveryJournalPointAndOutages_EndRightAndOnce()
    {
        var size = Size();
        var plan = PlanOf(size);
        var seed = Random.Shared.Next();
        await using var cluster = await Cluster.StartAsync(slots: 4);
        var books = new Books(cluster.Database);
        await books.OpenAsync();
        var load = new Load(cluster, projects: size / Rounds, Rounds);
        await load.PrepareAsync();
        var disruptions = new Disruptions(cluster, load, books, plan, seed);
        var watch = Stopwatch.StartNew();

        using var stop = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        var breaking = disruptions.RunAsync(stop.Token);
        var loading = load.RunAsync(breaking, stop.Token);
        if ((await Task.WhenAny(loading, breaking)).IsFaulted) await stop.CancelAsync();
        await Task.WhenAll(loading, breaking);

        var verdict = new Verdict(cluster, load, books);
        await cluster.WaitUntilReadyAsync(Cluster.Api);
        await verdict.CheckAsync();
        await cluster.StopNodesAsync();
        verdict.CheckProcesses();
        output.WriteLine(Figures(load, disruptions, verdict, watch.Elapsed, seed));
        verdict.Broken.Should().BeEmpty();
        if (size < ShortSize) return;

        verdict.LateTakeovers.Should().BeEmpty("another worker goes on within 30 s");
        disruptions.PointsNeverReached.Should().BeEmpty("a worker has to die at every moment of the journal");
    }

    private static int Size() =>
        Environment.GetEnvironmentVariable(SizeVariable) is { } size ? int.Parse(size, CultureInfo.InvariantCulture) : SmallSize;

    private static DisruptionPlan PlanOf(int size)
    {
        var points = JournalPoints.All.Count;
        if (size < ShortSize)
            return new DisruptionPlan(KillsAtPoints: 6, KillsAtRandom: 1, KillsOfApi: 1, PostgresRestarts: 1, Pauses: 0, Faults: 2);
        return size > ShortSize
            ? new DisruptionPlan(KillsAtPoints: 2 * points, KillsAtRandom: 24, KillsOfApi: 10, PostgresRestarts: 10, Pauses: 6, Faults: 24)
            : new DisruptionPlan(KillsAtPoints: points, KillsAtRandom: 2, KillsOfApi: 1, PostgresRestarts: 1, Pauses: 1, Faults: 6);
    }

    private static string Figures(Load load, Disruptions broke, Verdict verdict, TimeSpan took, int seed)
    {
        var undisturbed = verdict.Takeovers.Where(takeover => takeover.IsUndisturbed).Select(takeover => takeover.Seconds).Order().ToList();
        var disturbed = verdict.Takeovers.Where(takeover => !takeover.IsUndisturbed).Select(takeover => takeover.Seconds).Order().ToList();
        var points = $"{JournalPoints.All.Count - broke.PointsNeverReached.Count} of {JournalPoints.All.Count}";
        return string.Create(
            CultureInfo.InvariantCulture,
            $"""
             {load.Accepted.Count} deployments in {took.TotalSeconds:0} s (seed {seed}), {verdict.Broken.Count} broken promises
             killed: {broke.KillsAtPoints} workers at journal points ({points} points), {broke.KillsAtRandom} at random, {broke.KillsOfApi} API nodes
             PostgreSQL restarted {broke.PostgresRestarts} times, every other time without warning; workers paused past their lease {broke.Pauses} times
             store and target failed, hung or were late {broke.Faults} times
             deployments taken over from dead workers: {undisturbed.Count}, {Spread(undisturbed)}
             the same while further nodes died: {disturbed.Count}, {Spread(disturbed)} since the first death
             log lines {verdict.LogLines}, marked places {verdict.LogMarks}
             """);
    }

    private static string Spread(List<double> seconds) => seconds.Count == 0
        ? "none"
        : string.Create(CultureInfo.InvariantCulture, $"median {seconds[seconds.Count / 2]:0.0} s, longest {seconds[^1]:0.0} s");
}
