namespace Libra.Deploy.Benchmarks;

internal static class WholeDeploymentBenchmark
{
    public static Task RunAsync() => Task.CompletedTask;
}
