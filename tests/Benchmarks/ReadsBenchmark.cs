using System.Globalization;
using System.Text.RegularExpressions;
using Libra.Deploy.Benchmarks.Machine;

namespace Libra.Deploy.Benchmarks;

/// <summary>What clients ask for again and again, with a thousand deployments in the table and with a million.</summary>
internal static partial class ReadsBenchmark
{
    private const int Connections = 8;
    private const int Requests = 4000;
    private static readonly int[] Sizes = [1_000, 1_000_000];

    public static async Task RunAsync()
    {
        await using var cluster = await Cluster.StartAsync();
        var node = await cluster.AddNodeAsync("api,worker");
        await cluster.AddProjectsAsync("reads", 1);
        var load = new HttpLoad(node.Port, cluster.Token);
        await load.RunAsync(1, 1, _ => ("POST", "/deploy", Cluster.DeployBody("reads", 0)));
        await cluster.UntilAsync("SELECT EXISTS (SELECT 1 FROM deploy.deployments WHERE status IN ('completed', 'failed'))", TimeSpan.FromSeconds(30));
        await cluster.ThrowIfAnyFailedAsync();
        var id = await cluster.ScalarAsync<string>("SELECT id FROM deploy.deployments");
        var reads = new (string Name, string Path)[]
        {
            ("status", $"/deploy/{id}/status"),
            ("log page", $"/deploy/{id}/logs"),
            ("newest of all", "/status/deployments?limit=20"),
            ("newest of an organization", "/status/deployments?limit=20&orgId=org-3"),
            ("failed of an organization", "/status/deployments?limit=20&orgId=org-3&status=failed"),
            ("status of the service", "/status"),
        };

        var first = new Dictionary<string, double>();
        Table.Head("read", "deployments in the table", "requests/s", "p99 ms", "KiB allocated a request", "time against the smaller table");
        foreach (var size in Sizes)
        {
            await FillAsync(cluster, size);
            foreach (var (name, path) in reads)
            {
                await load.RunAsync(Connections, Requests / 4, _ => ("GET", path, null));
                var before = await AllocatedAsync(node, cluster.Token);
                var result = await load.RunAsync(Connections, Requests, _ => ("GET", path, null));
                var allocated = (await AllocatedAsync(node, cluster.Token) - before) / Requests / 1024;
                if (result.Refused > 0) throw new InvalidOperationException($"{path} was refused {result.Refused} times.");
                first.TryAdd(name, result.PerSecond);
                Table.Row(name, size, result.PerSecond, result.Percentile(0.99), allocated, first[name] / result.PerSecond);
            }
        }
    }

    private static async Task FillAsync(Cluster cluster, int size)
    {
        var present = await cluster.ScalarAsync<long>("SELECT count(*) FROM deploy.deployments");
        await cluster.ExecuteAsync(
            $"""
             INSERT INTO deploy.deployments (id, artifact_reused, attempt, created_at, completed_at, due_at, fencing_token, interruptions, organization_id, progress,
                 project_id, request_id, source, status, user_id, settings_debug, settings_force, settings_max_attempts, settings_priority, settings_timeout)
             SELECT 'deploy_' || 1500000000000 + i || '_' || lpad(i::text, 9, '0'), false, 1, at, at + interval '10 seconds', at, 1, 0, 'org-' || i % 64, 100,
                 'old-' || i % 5000, i::text, 'Request', CASE WHEN i % 10 = 0 THEN 'failed' ELSE 'completed' END, 'user', false, false, 4, 5, interval '10 minutes'
             FROM (SELECT i, now() - interval '1 day' - i * interval '10 seconds' AS at FROM generate_series({present}, {size - 1}) i) old
             """);
        await cluster.ExecuteAsync("VACUUM ANALYZE deploy.deployments");
    }

    private static async Task<double> AllocatedAsync(ChildNode node, string token)
    {
        using var client = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{node.Port}") };
        client.DefaultRequestHeaders.Authorization = new("Bearer", token);
        var metrics = await client.GetStringAsync("/metrics");
        var match = Allocated().Match(metrics);
        return match.Success ? double.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture) : throw new InvalidOperationException("/metrics does not say what was allocated.");
    }

    [GeneratedRegex(@"^dotnet_gc_heap_total_allocated_bytes_total(?:\{[^}]*\})? ([0-9.eE+]+)", RegexOptions.Multiline | RegexOptions.CultureInvariant)]
    private static partial Regex Allocated();
}
