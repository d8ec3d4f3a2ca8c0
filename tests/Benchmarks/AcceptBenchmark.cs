using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;
using Libra.Deploy.Benchmarks.Machine;

namespace Libra.Deploy.Benchmarks;

/// <summary><c>POST /deploy</c> beside pgbench with the same durable statements, and beside a web server that does nothing.</summary>
internal static partial class AcceptBenchmark
{
    private const int Connections = 32;
    private const int Requests = 6000;
    private const int Rounds = 5;

    public static async Task RunAsync()
    {
        await using var cluster = await Cluster.StartAsync();
        var node = await cluster.AddNodeAsync("api");
        await using var bare = await ChildNode.StartAsync(BareServer.Argument);
        var load = new HttpLoad(node.Port, cluster.Token);
        var bareLoad = new HttpLoad(bare.Port, cluster.Token);
        await WarmUpAsync(cluster, load, bareLoad);

        Console.WriteLine(
            "| round | accepted/s | p50 ms | p99 ms | refused "
            + "| pgbench commits/s | ratio | bare web server/s | ratio | processor time a request, ms |");
        Console.WriteLine("| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |");
        var (ratios, tails) = (new List<double>(), new List<double>());
        for (var round = 0; round < Rounds; round++)
        {
            var prefix = $"round{round}";
            await cluster.AddProjectsAsync(prefix, Requests);
            var before = node.ProcessorTime;
            var accepted = await load.RunAsync(Connections, Requests, i => ("POST", "/deploy", Cluster.DeployBody(prefix, i)));
            var busy = (node.ProcessorTime - before).TotalMilliseconds / Requests;
            var commits = await PgBenchAsync(cluster, round);
            var served = await bareLoad.RunAsync(Connections, Requests * 4, i => ("POST", "/deploy", Cluster.DeployBody(prefix, i)));
            ratios.Add(accepted.PerSecond / commits);
            tails.Add(accepted.Percentile(0.99));
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"| {round + 1} | {accepted.PerSecond:0} "
                + $"| {accepted.Percentile(0.5):0.0} | {accepted.Percentile(0.99):0.0} | {accepted.Refused} "
                + $"| {commits:0} | {ratios[^1]:0.00} "
                + $"| {served.PerSecond:0} | {accepted.PerSecond / served.PerSecond:0.00} | {busy:0.00} |"));
        }

        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"\nmedian: {Percentiles.Median(ratios):0.00} x pgbench, p99 {Percentiles.Median(tails):0.0} ms"));
    }

    private static async Task WarmUpAsync(Cluster cluster, HttpLoad load, HttpLoad bare)
    {
        await cluster.AddProjectsAsync("warm", Requests);
        await load.RunAsync(Connections, Requests, i => ("POST", "/deploy", Cluster.DeployBody("warm", i)));
        await bare.RunAsync(Connections, Requests, i => ("POST", "/deploy", Cluster.DeployBody("warm", i)));
    }

    /// <summary>The statements that one accepted request sends, in one transaction, with as many clients.</summary>
    private static async Task<double> PgBenchAsync(Cluster cluster, int round)
    {
        var prefix = $"bench{round}";
        await cluster.AddProjectsAsync(prefix, Requests * 4);
        var script = Path.Combine(cluster.DataFolder, "accept.sql");
        await File.WriteAllTextAsync(script, AcceptStatements.Script(prefix));
        var connection = cluster.Connection;
        var start = new ProcessStartInfo("pgbench")
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            Environment = { ["PGPASSWORD"] = connection.Password },
        };
        string[] arguments =
        [
            "--no-vacuum", "--protocol=prepared", $"--client={Connections}", "--jobs=2", $"--transactions={Requests / Connections}",
            $"--file={script}", "--define=n=0", $"--define=per={Requests / Connections}",
            $"--host={connection.Host}", $"--port={connection.Port}", $"--username={connection.Username}", connection.Database!,
        ];
        foreach (var argument in arguments) start.ArgumentList.Add(argument);
        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync();
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        var match = TransactionsPerSecond().Match(output);
        if (process.ExitCode != 0 || !match.Success) throw new InvalidOperationException($"pgbench failed: {await errors}{output}");
        return double.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture);
    }

    [GeneratedRegex(@"^tps = ([0-9.]+)", RegexOptions.Multiline | RegexOptions.CultureInvariant)]
    private static partial Regex TransactionsPerSecond();
}
