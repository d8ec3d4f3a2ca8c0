namespace Libra.Deploy.Benchmarks;

internal static class ThroughputBenchmark
{
    public static Task RunAsync() => Task.CompletedTask;
}
