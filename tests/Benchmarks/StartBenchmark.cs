using System.Diagnostics;
using Libra.Deploy.Benchmarks.Machine;
using Npgsql;

namespace Libra.Deploy.Benchmarks;

/// <summary>
/// From the acceptance by one process to the first step in another that was idle; beside a bare NOTIFY on the same server.
/// </summary>
internal static class StartBenchmark
{
    private const int Deployments = 200;
    private const int WarmUps = 20;
    private static readonly TimeSpan IdleTime = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    public static async Task RunAsync()
    {
        await using var cluster = await Cluster.StartAsync();
        var api = await cluster.AddNodeAsync("api");
        var worker = await cluster.AddNodeAsync("worker");
        await cluster.AddProjectsAsync("start", Deployments + WarmUps);
        var load = new HttpLoad(api.Port, cluster.Token);

        var notified = new List<double>();
        for (var i = 0; i < WarmUps + Deployments; i++)
        {
            var project = i;
            await load.RunAsync(1, 1, _ => ("POST", "/deploy", Cluster.DeployBody("start", project)));
            await cluster.UntilAsync(
                "SELECT NOT EXISTS (SELECT 1 FROM deploy.deployments WHERE status NOT IN ('completed', 'failed'))",
                Patience);
            notified.Add(await NotifyAsync(cluster));
        }

        await cluster.ThrowIfAnyFailedAsync();
        var starts = await cluster.NumbersAsync(
            $"""
             SELECT (extract(epoch FROM min(s.started_at) - d.created_at) * 1000)::float8
             FROM deploy.deployments d JOIN deploy.deployment_steps s ON s.deployment_id = d.id
             GROUP BY d.id ORDER BY d.created_at OFFSET {WarmUps}
             """);
        Table.Head("", "p50 ms", "p99 ms");
        Table.Row("accepted to first step", Percentiles.Median(starts), Percentiles.Of(starts, 0.99));
        Table.Row("bare NOTIFY", Percentiles.Median(notified), Percentiles.Of(notified, 0.99));
        await ShowWhereItGoesAsync(cluster);
        await MeasureIdleAsync(cluster, api, worker);
    }

    private static async Task ShowWhereItGoesAsync(Cluster cluster)
    {
        (string What, string From, string To)[] parts =
        [
            ("accepted, committed, told, taken from the line", "d.created_at", "d.dispatched_at"),
            ("job made", "d.dispatched_at", "j.createdat"),
            ("job queued, fetched and shown as processing",
                "j.createdat", "(SELECT min(createdat) FROM hangfire.state WHERE jobid = j.id AND name = 'Processing')"),
            ("claimed", "(SELECT min(createdat) FROM hangfire.state WHERE jobid = j.id AND name = 'Processing')", "d.started_at"),
            ("log opened, first step", "d.started_at", "(SELECT min(started_at) FROM deploy.deployment_steps WHERE deployment_id = d.id)"),
        ];
        Console.WriteLine();
        Table.Head("of that", "p50 ms");
        foreach (var (what, from, to) in parts)
        {
            var times = await cluster.NumbersAsync(
                $"""
                 SELECT (extract(epoch FROM ({to}) - ({from})) * 1000)::float8
                 FROM deploy.deployments d JOIN hangfire.job j ON j.id::text = d.hangfire_job_id ORDER BY d.created_at OFFSET {WarmUps}
                 """);
            Table.Row(what, Percentiles.Median(times));
        }
    }

    private static async Task<double> NotifyAsync(Cluster cluster)
    {
        await using var listener = await cluster.Database.OpenConnectionAsync();
        await using (var listen = new NpgsqlCommand("LISTEN benchmark", listener)) await listen.ExecuteNonQueryAsync();
        var sent = Stopwatch.GetTimestamp();
        await cluster.ExecuteAsync("NOTIFY benchmark");
        await listener.WaitAsync();
        return Stopwatch.GetElapsedTime(sent).TotalMilliseconds;
    }

    private static async Task MeasureIdleAsync(Cluster cluster, ChildNode api, ChildNode worker)
    {
        const string transactions = "SELECT xact_commit + xact_rollback FROM pg_stat_database WHERE datname = current_database()";
        await Task.Delay(IdleTime / 4); // what the last deployment left to do
        var (before, busy) = (await cluster.ScalarAsync<long>(transactions), api.ProcessorTime + worker.ProcessorTime);
        await Task.Delay(IdleTime);
        var (after, busyAfter) = (await cluster.ScalarAsync<long>(transactions), api.ProcessorTime + worker.ProcessorTime);
        Console.WriteLine();
        Table.Head("idle, both nodes", "a second");
        Table.Row("transactions", (after - before) / IdleTime.TotalSeconds);
        Table.Row("processor ms", (busyAfter - busy).TotalMilliseconds / IdleTime.TotalSeconds);
    }
}
