using System.Diagnostics;
using System.Globalization;
using Libra.Deploy.Benchmarks.Machine;

namespace Libra.Deploy.Benchmarks;

/// <summary>Memory of the service and of each site, and the time from start to ready.</summary>
internal static class FootprintBenchmark
{
    private const int Sites = 10;
    private const int Starts = 5;

    public static async Task RunAsync()
    {
        await using var cluster = await Cluster.StartAsync();
        var starts = new List<double>();
        for (var i = 0; i < Starts; i++)
        {
            var watch = Stopwatch.StartNew();
            await cluster.AddNodeAsync(ServiceNode.Argument, "api,worker", []);
            starts.Add(watch.Elapsed.TotalSeconds);
            await cluster.StopNodesAsync();
        }

        var node = await cluster.AddNodeAsync(ServiceNode.Argument, "api,worker", []);
        await Task.Delay(TimeSpan.FromSeconds(5));
        var idle = node.ResidentMiB;
        await cluster.AddProjectsAsync("site", Sites);
        await new HttpLoad(node.Port, cluster.Token).RunAsync(1, Sites, i => ("POST", "/deploy", Cluster.DeployBody("site", i)));
        await cluster.UntilAsync($"SELECT count(*) = {Sites} FROM deploy.deployments WHERE status = 'completed'", TimeSpan.FromMinutes(1));
        var served = node.ResidentMiB;

        Table.Head("", "");
        Table.Row("start to ready, database current, median s", Percentiles.Median(starts));
        Table.Row("service after its start, MiB", idle);
        Table.Row($"service after {Sites} deployments, MiB", served);
        Table.Row("a site's workerd, MiB", WorkerdMiB().Average());
    }

    /// <summary>Memory that each workerd has for itself alone, shared code left out.</summary>
    private static IEnumerable<double> WorkerdMiB()
    {
        foreach (var process in Process.GetProcessesByName("workerd"))
        {
            var lines = File.ReadLines($"/proc/{process.Id}/smaps_rollup");
            yield return lines.Where(line => line.StartsWith("Private_", StringComparison.Ordinal))
                .Sum(line => double.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture)) / 1024;
        }
    }
}
