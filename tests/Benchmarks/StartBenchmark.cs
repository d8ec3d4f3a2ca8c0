namespace Libra.Deploy.Benchmarks;

internal static class StartBenchmark
{
    public static Task RunAsync() => Task.CompletedTask;
}
