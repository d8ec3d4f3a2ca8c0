using Libra.Deploy.Benchmarks;
using Libra.Deploy.Benchmarks.Machine;

// What a user feels, each time beside something run in the same minute. How to read it: docs/performance.md.
var benchmarks = new Dictionary<string, Func<Task>>
{
    ["accept"] = AcceptBenchmark.RunAsync,
    ["start"] = StartBenchmark.RunAsync,
    ["deploy"] = WholeDeploymentBenchmark.RunAsync,
    ["throughput"] = ThroughputBenchmark.RunAsync,
    ["reads"] = ReadsBenchmark.RunAsync,
    ["footprint"] = FootprintBenchmark.RunAsync,
};

switch (args)
{
    case [BareServer.Argument]:
        await BareServer.RunAsync();
        return 0;
    case [ServiceNode.Argument or ServiceNode.WithoutTarget]:
        await ServiceNode.RunAsync(withTarget: args[0] == ServiceNode.Argument);
        return 0;
    case [var name] when benchmarks.TryGetValue(name, out var run):
        await run();
        return 0;
    default:
        Console.Error.WriteLine($"usage: dotnet run -c Release --project tests/Benchmarks -- {string.Join('|', benchmarks.Keys)}");
        return 2;
}
