using Libra.Deploy.Benchmarks.Machine;

namespace Libra.Deploy.Benchmarks;

/// <summary>What clients ask for again and again, of a node with a thousand deployments and of one with a million, in turn.</summary>
internal static class ReadsBenchmark
{
    private const int Rounds = 12;
    private const int Requests = 60;
    private const int Connections = 8;
    private const int WarmUps = 400;

    private static readonly (string Name, Func<PastDeployments, string> Path, bool EightOrganizations)[] Reads =
    [
        ("status of a deployment", past => $"/deploy/{past.Newest}/status", false),
        ("page of its log", past => $"/deploy/{past.Newest}/logs", false),
        ("status of the service", _ => "/status", false),
        ("list: all", _ => List(""), false),
        ("list: failed ones", _ => List("&status=failed"), false),
        ("list: of an organization", _ => List("&orgId=org-3"), false),
        ("list: failed ones of an organization", _ => List("&orgId=org-3&status=failed"), false),
        ("list: of a project", _ => List("&projectId=old-7"), false),
        ("list: of a user", _ => List("&userId=user-3"), false),
        ("list: caller of eight organizations", _ => List(""), true),
        ("list: failed ones, caller of eight organizations", _ => List("&status=failed"), true),
        ("q: whole id, the oldest", past => List($"&q={past.Oldest}"), false),
        ("q: start of an id", past => List($"&q={past.Middle[..15]}"), false),
        ("q: start of an id, caller of eight organizations", past => List($"&q={past.Middle[..15]}"), true),
        ("q: a project's id", _ => List("&q=old-7"), false),
        ("q: a text that nothing holds", _ => List("&q=nothing-holds-this"), false),
    ];

    public static async Task RunAsync()
    {
        await using var issuer = await TokenIssuer.StartAsync();
        await using var small = await PastDeployments.StartAsync(1_000, issuer);
        await using var large = await PastDeployments.StartAsync(1_000_000, issuer);
        Table.Head(
            "read", "p50 ms of 1,000", "p50 ms of 1,000,000", "ratio",
            "requests/s over 8 connections", "p99 ms of these", "KiB allocated a request");
        foreach (var (name, path, eight) in Reads)
        {
            var (few, many) = (new List<LoadResult>(), new List<LoadResult>());
            await small.ReadAsync(path(small), eight, Connections, WarmUps);
            await large.ReadAsync(path(large), eight, Connections, WarmUps);
            for (var round = 0; round < Rounds; round++)
            {
                few.Add(await small.ReadAsync(path(small), eight, 1, Requests));
                many.Add(await large.ReadAsync(path(large), eight, 1, Requests));
            }

            var before = await large.AllocatedAsync();
            var crowd = await large.ReadAsync(path(large), eight, Connections, Rounds * Requests);
            var allocated = (await large.AllocatedAsync() - before) / Rounds / Requests / 1024;
            var ratio = Percentiles.Median(few.Zip(many, (f, m) => m.Percentile(0.5) / f.Percentile(0.5)));
            Table.Row(name, Median(few), Median(many), ratio, crowd.PerSecond, crowd.Percentile(0.99), allocated);
        }
    }

    private static string List(string filter) => $"/status/deployments?limit=20{filter}";

    private static double Median(List<LoadResult> loads) => Percentiles.Median(loads.SelectMany(load => load.Milliseconds));
}
