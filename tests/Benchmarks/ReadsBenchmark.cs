namespace Libra.Deploy.Benchmarks;

internal static class ReadsBenchmark
{
    public static Task RunAsync() => Task.CompletedTask;
}
