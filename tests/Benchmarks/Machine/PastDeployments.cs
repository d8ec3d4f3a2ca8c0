using System.Globalization;
using System.Text.RegularExpressions;

namespace Libra.Deploy.Benchmarks.Machine;

/// <summary>A node whose table holds one deployment that it ran and a past of many more, one each ten seconds.</summary>
internal sealed partial class PastDeployments : IAsyncDisposable
{
    private readonly Cluster _cluster;
    private readonly ChildNode _node;
    private readonly HttpLoad _everything;
    private readonly HttpLoad _eightOrganizations;

    private PastDeployments(Cluster cluster, ChildNode node, string eightOrganizations)
    {
        (_cluster, _node) = (cluster, node);
        _everything = new HttpLoad(node.Port, cluster.Token);
        _eightOrganizations = new HttpLoad(node.Port, eightOrganizations);
    }

    /// <summary>Id of the deployment that was really run.</summary>
    public string Newest { get; private set; } = "";

    public string Oldest { get; private set; } = "";

    /// <summary>Id of one from the middle of the past.</summary>
    public string Middle { get; private set; } = "";

    public static async Task<PastDeployments> StartAsync(int size, TokenIssuer issuer)
    {
        var cluster = await Cluster.StartAsync();
        var node = await cluster.AddNodeAsync("api,worker", issuer.Settings);
        var past = new PastDeployments(cluster, node, issuer.Sign(Enumerable.Range(0, 8).Select(Cluster.OrganizationOf)));
        await past.DeployAsync();
        await past.FillAsync(size);
        return past;
    }

    /// <summary>Sends one request again and again.</summary>
    /// <param name="eightOrganizations">As a caller of eight organizations; else as one that may see all.</param>
    public async Task<LoadResult> ReadAsync(string path, bool eightOrganizations, int connections, int requests)
    {
        var result = await (eightOrganizations ? _eightOrganizations : _everything)
            .RunAsync(connections, requests, _ => ("GET", path, null));
        return result.Refused == 0 ? result : throw new InvalidOperationException($"{path} was refused {result.Refused} times.");
    }

    /// <summary>Bytes that the node has allocated since it started.</summary>
    public async Task<double> AllocatedAsync()
    {
        await Task.Delay(TimeSpan.FromSeconds(0.5)); // an answer is given again for 0.3 s
        using var client = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{_node.Port}") };
        client.DefaultRequestHeaders.Authorization = new("Bearer", _cluster.Token);
        var match = Allocated().Match(await client.GetStringAsync("/metrics"));
        return match.Success
            ? double.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture)
            : throw new InvalidOperationException("/metrics does not say what was allocated.");
    }

    public ValueTask DisposeAsync() => _cluster.DisposeAsync();

    private async Task DeployAsync()
    {
        await _cluster.AddProjectsAsync("reads", 1);
        await _everything.RunAsync(1, 1, _ => ("POST", "/deploy", Cluster.DeployBody("reads", 0)));
        await _cluster.UntilAsync(
            "SELECT EXISTS (SELECT 1 FROM deploy.deployments WHERE status IN ('completed', 'failed'))",
            TimeSpan.FromSeconds(30));
        await _cluster.ThrowIfAnyFailedAsync();
        Newest = await _cluster.ScalarAsync<string>("SELECT id FROM deploy.deployments");
    }

    // So that also of a thousand each list has its 20 rows: half of them belong to eight organizations, a third failed.
    private async Task FillAsync(int size)
    {
        await _cluster.ExecuteAsync(
            $"""
             INSERT INTO deploy.deployments (
                 id, artifact_reused, attempt, created_at, completed_at, archived_at, due_at, fencing_token, interruptions, organization_id,
                 progress, project_id, request_id, source, status, user_id,
                 settings_debug, settings_force, settings_max_attempts, settings_priority, settings_timeout)
             SELECT 'deploy_' || floor(extract(epoch FROM at) * 1000)::bigint || '_' || lpad(i::text, 9, '0'),
                 false, 1, at, at + interval '10 seconds', at + interval '10 seconds', at,
                 1, 0, 'org-' || CASE WHEN i % 2 = 0 THEN i / 2 % 8 ELSE 8 + i / 2 % 56 END, 100, 'old-' || i % 40, i::text, 'Request',
                 CASE WHEN i % 3 = 0 THEN 'failed' ELSE 'completed' END, 'user-' || i % 40,
                 false, false, 4, 5, interval '10 minutes'
             FROM (
                 SELECT i, date_trunc('milliseconds', now()) - interval '1 day' - i * interval '10 seconds' AS at
                 FROM generate_series(1, {size - 1}) i) past
             """);
        await _cluster.ExecuteAsync("VACUUM ANALYZE deploy.deployments");
        await _cluster.ExecuteAsync("CHECKPOINT"); // or it would be written out beside what is measured
        Oldest = await _cluster.ScalarAsync<string>("SELECT id FROM deploy.deployments ORDER BY created_at LIMIT 1");
        Middle = await _cluster.ScalarAsync<string>($"SELECT id FROM deploy.deployments ORDER BY created_at OFFSET {size / 2} LIMIT 1");
    }

    [GeneratedRegex(
        @"^dotnet_gc_heap_total_allocated_bytes_total(?:\{[^}]*\})? ([0-9.eE+]+)",
        RegexOptions.Multiline | RegexOptions.CultureInvariant)]
    private static partial Regex Allocated();
}
