using Libra.Deploy.Cli.CommandLine;

namespace Libra.Deploy.Cli;

internal static class Program
{
    private static async Task<int> Main(string[] args)
    {
        using var interrupted = new CancellationTokenSource();
        Console.CancelKeyPress += (_, pressed) =>
        {
            pressed.Cancel = !interrupted.IsCancellationRequested; // a second one ends the program at once
            interrupted.Cancel();
        };
        return await CommandRunner.RunAsync(args, Terminal.OfThisProcess(), Environment.GetEnvironmentVariable, interrupted.Token);
    }
}
