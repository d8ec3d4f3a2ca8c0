namespace Libra.Deploy.Benchmarks;

internal static class FootprintBenchmark
{
    public static Task RunAsync() => Task.CompletedTask;
}
