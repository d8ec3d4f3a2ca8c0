using System.Diagnostics;
using System.Globalization;
using Hangfire;
using Hangfire.PostgreSql;
using Libra.Deploy.Benchmarks.Machine;

namespace Libra.Deploy.Benchmarks;

/// <summary>
/// Deployments of one file to a target that does nothing, beside Hangfire alone with a job that does nothing; and with more nodes.
/// </summary>
internal static class ThroughputBenchmark
{
    private const int Deployments = 3000;
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

    public static async Task RunAsync()
    {
        await using var cluster = await Cluster.StartAsync();
        Table.Head("nodes", "slots a node", "deployments/s", "Hangfire alone, jobs/s", "ratio");
        foreach (var (nodes, slots) in ((int, int)[])[(1, 5), (1, 20), (2, 5), (3, 5)])
        {
            var raw = await HangfireAloneAsync(cluster, nodes * slots);
            var ours = await DeployAsync(cluster, nodes, slots);
            Table.Row(nodes, slots, ours, raw, ours / raw);
        }
    }

    private static async Task<double> DeployAsync(Cluster cluster, int nodes, int slots)
    {
        var prefix = string.Create(CultureInfo.InvariantCulture, $"through-{nodes}-{slots}");
        await cluster.AddProjectsAsync(prefix, Deployments);
        var api = await cluster.AddNodeAsync("api");
        await new HttpLoad(api.Port, cluster.Token).RunAsync(8, Deployments, i => ("POST", "/deploy", Cluster.DeployBody(prefix, i)));
        for (var i = 0; i < nodes; i++)
        {
            await cluster.AddNodeAsync(
                "worker",
                ("MAX_CONCURRENT_DEPLOYMENTS", slots.ToString(CultureInfo.InvariantCulture)),
                ("MAX_BATCH_SIZE", "100"));
        }

        await cluster.UntilAsync(
            "SELECT NOT EXISTS (SELECT 1 FROM deploy.deployments WHERE status NOT IN ('completed', 'failed', 'cancelled'))", Patience);
        await cluster.ThrowIfAnyFailedAsync();
        await cluster.StopNodesAsync();
        // Without the first half, in which the nodes still start and compile.
        return (await cluster.NumbersAsync(
            $"""
             SELECT (count(*) / extract(epoch FROM max(completed_at) - min(completed_at)))::float8 FROM (
                 SELECT completed_at FROM deploy.deployments WHERE project_id LIKE '{prefix}-%'
                 ORDER BY completed_at OFFSET {Deployments / 2}) later
             """))[0];
    }

    private static async Task<double> HangfireAloneAsync(Cluster cluster, int workers)
    {
        var storage = new PostgreSqlStorage(
            new NpgsqlFactory(cluster),
            new PostgreSqlStorageOptions
            {
                SchemaName = "benchmark",
                QueuePollInterval = TimeSpan.FromSeconds(1),
                UseSlidingInvisibilityTimeout = true,
            });
        var client = new BackgroundJobClient(storage);
        for (var i = 0; i < Deployments; i++) client.Enqueue(() => IdleJob.DoNothing());
        IdleJob.Done = 0;
        using var server = new BackgroundJobServer(
            new BackgroundJobServerOptions { WorkerCount = workers, Activator = new JobActivator() }, storage);
        while (IdleJob.Done < Deployments / 4) await Task.Delay(1);
        var watch = Stopwatch.StartNew();
        var from = IdleJob.Done;
        while (IdleJob.Done < Deployments) await Task.Delay(1);
        return (Deployments - from) / watch.Elapsed.TotalSeconds;
    }

    private sealed class NpgsqlFactory(Cluster cluster)
        : Hangfire.PostgreSql.Factories.NpgsqlInstanceConnectionFactoryBase(new PostgreSqlStorageOptions())
    {
        public override Npgsql.NpgsqlConnection GetOrCreateConnection() => cluster.Database.CreateConnection();
    }
}

/// <summary>What Hangfire alone runs; public, because Hangfire calls nothing else.</summary>
public static class IdleJob
{
    private static int _done;

    public static int Done
    {
        get => Volatile.Read(ref _done);
        set => Volatile.Write(ref _done, value);
    }

    public static void DoNothing() => Interlocked.Increment(ref _done);
}
