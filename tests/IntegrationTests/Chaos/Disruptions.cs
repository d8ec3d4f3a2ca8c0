using Npgsql;

namespace Libra.Deploy.IntegrationTests.Chaos;

/// <summary>Breaks things in turn, paced by the deployments that end, so that all of it happens while there is work.</summary>
/// <param name="seed">Chooses what is random; printed with the figures.</param>
internal sealed class Disruptions(Cluster cluster, Load load, Books books, DisruptionPlan plan, int seed)
{
    private const int MostSteps = 500;
    private static readonly TimeSpan DeathPatience = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan LongerThanALease = TimeSpan.FromSeconds(23);
    private static readonly TimeSpan Outage = TimeSpan.FromSeconds(2);

    private readonly Random _random = new(seed);
    private readonly List<string> _pointsLeft = [];
    private int _turn;

    public int KillsAtPoints { get; private set; }

    public int KillsAtRandom { get; private set; }

    public int KillsOfApi { get; private set; }

    public int PostgresRestarts { get; private set; }

    public int Pauses { get; private set; }

    public int Faults { get; private set; }

    /// <summary>Moments of the journal at which no worker has died yet.</summary>
    public IReadOnlySet<string> PointsNeverReached { get; private set; } = JournalPoints.All.ToHashSet();

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        // As many as there are deaths: of all of them the first ones that a deployment meets would come every time.
        _pointsLeft.AddRange(JournalPoints.All.OrderBy(_ => _random.Next()).Take(plan.KillsAtPoints));
        var steps = Steps();
        for (var step = 0; step < steps.Count; step++)
        {
            // The last tenth of the deployments ends in peace, so that no disruption comes too late to matter.
            var due = (int)(load.Total * 0.9 * step / steps.Count);
            await Eventually.BecomesTrueAsync(
                () => load.Finished >= due || cancellationToken.IsCancellationRequested, TimeSpan.FromMinutes(10),
                "deployments have to go on ending");
            if (cancellationToken.IsCancellationRequested) return;
            if (!await steps[step]() && steps.Count < MostSteps) steps.Add(steps[step]); // nothing came of it; later
        }
    }

    /// <summary>What is to be done; each says whether it was.</summary>
    private List<Func<Task<bool>>> Steps()
    {
        var steps = new List<Func<Task<bool>>>();
        steps.AddRange(Enumerable.Repeat(KillAtAPointAsync, plan.KillsAtPoints));
        steps.AddRange(Enumerable.Repeat(KillAtRandomAsync, plan.KillsAtRandom));
        steps.AddRange(Enumerable.Repeat(KillTheApiAsync, plan.KillsOfApi));
        steps.AddRange(Enumerable.Repeat(RestartPostgresAsync, plan.PostgresRestarts));
        steps.AddRange(Enumerable.Repeat(PauseAWorkerAsync, plan.Pauses));
        for (var fault = 0; fault < plan.Faults; fault++)
        {
            var (part, order) = (fault % 2 == 0 ? FaultyStore.Part : LedgerTarget.Part, Suffering.All[fault / 2 % Suffering.All.Count]);
            steps.Add(() => SufferAsync(part, order));
        }

        return [.. steps.OrderBy(_ => _random.Next())];
    }

    /// <summary>A worker dies at the first moment that it meets of those at which none died yet.</summary>
    private async Task<bool> KillAtAPointAsync()
    {
        if (_pointsLeft.Count == 0) _pointsLeft.AddRange(JournalPoints.All);
        var place = await NextWorkerAsync();
        var node = cluster[place];
        cluster.Workspace.Order(SuddenDeath.OrderTo(node.Name), string.Join('\n', _pointsLeft));
        var died = await node.ExitsWithinAsync(DeathPatience);
        cluster.Workspace.Revoke(SuddenDeath.OrderTo(node.Name));
        if (!died && !await node.ExitsWithinAsync(TimeSpan.FromSeconds(5))) return false;

        var moments = cluster.Workspace.Read(SuddenDeath.Grave(node.Name));
        _pointsLeft.RemoveAll(moments.Contains);
        PointsNeverReached = PointsNeverReached.Except(moments).ToHashSet();
        KillsAtPoints++;
        await RestartAsync(place, node);
        return true;
    }

    private async Task<bool> KillAtRandomAsync()
    {
        var place = await NextWorkerAsync();
        var node = cluster[place];
        if (await books.MostInterruptionsAsync(node.Name) >= SuddenDeath.MostInterruptions) return false;

        await Task.Delay(TimeSpan.FromMilliseconds(_random.Next(1000)));
        await node.KillAsync();
        KillsAtRandom++;
        await RestartAsync(place, node);
        return true;
    }

    private async Task<bool> KillTheApiAsync()
    {
        await cluster.WaitUntilReadyAsync(Cluster.Api);
        await cluster[Cluster.Api].KillAsync();
        KillsOfApi++;
        cluster.Start(Cluster.Api);
        return true;
    }

    private async Task<bool> RestartPostgresAsync()
    {
        await (PostgresRestarts % 2 == 0 ? cluster.CrashPostgresAsync(Outage) : cluster.RestartPostgresAsync(Outage));
        PostgresRestarts++;
        return true;
    }

    /// <summary>The worker wakes after its deployments were taken over, and believes that it still has them.</summary>
    private async Task<bool> PauseAWorkerAsync()
    {
        var place = await NextWorkerAsync();
        cluster[place].Pause();
        await Task.Delay(LongerThanALease);
        cluster[place].Resume();
        Pauses++;
        return true;
    }

    private async Task<bool> SufferAsync(string part, string order)
    {
        cluster.Workspace.Order(part, order);
        await Task.Delay(Outage);
        cluster.Workspace.Revoke(part);
        Faults++;
        return true;
    }

    private async Task RestartAsync(string place, NodeProcess dead)
    {
        var at = DateTimeOffset.UtcNow;
        cluster.Start(place);
        await books.NoteDeathAsync(dead.Name, at);
    }

    /// <summary>The worker whose turn it is to suffer, once both are up: somebody has to be there to go on.</summary>
    private async Task<string> NextWorkerAsync()
    {
        foreach (var place in Cluster.Workers) await cluster.WaitUntilReadyAsync(place);
        return Cluster.Workers[_turn++ % Cluster.Workers.Count];
    }
}

/// <summary>How often each thing is done.</summary>
internal sealed record DisruptionPlan(int KillsAtPoints, int KillsAtRandom, int KillsOfApi, int PostgresRestarts, int Pauses, int Faults);
