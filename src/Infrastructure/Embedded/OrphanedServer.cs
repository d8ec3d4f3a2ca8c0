using System.Diagnostics;
using System.Globalization;
using Libra.Deploy.Infrastructure.Processes;
using Microsoft.Extensions.Logging;

namespace Libra.Deploy.Infrastructure.Embedded;

/// <summary>A server that outlived its owner and the shell that watches over it.</summary>
internal static class OrphanedServer
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    /// <summary>Stops it. Only the holder of the folder's lock may call this, since for it every running server is an orphan.</summary>
    public static async Task StopAsync(string dataFolder, ILogger logger, CancellationToken cancellationToken)
    {
        var file = new PostmasterFile(dataFolder);
        if (file.RunningServer() is { } process)
        {
            logger.LogWarning("Stopping PostgreSQL process {ProcessId}, whose owner is gone", process);
            if (!await EndsAfterAsync("INT", process, file, cancellationToken)
                && !await EndsAfterAsync("QUIT", process, file, cancellationToken))
            {
                throw new InvalidOperationException(
                    $"PostgreSQL process {process} on {dataFolder} has no owner and does not stop; end it with `kill -9 {process}`.");
            }
        }

        // A dead server leaves its file behind, and with it the word "ready".
        file.Delete();
    }

    private static async Task<bool> EndsAfterAsync(string signal, int process, PostmasterFile file, CancellationToken cancellationToken)
    {
        // The shell's own kill: the program of that name is not installed everywhere. It fails when the process has just ended.
        await Tool.RunAsync(["sh", "-c", $"kill -{signal} {process.ToString(CultureInfo.InvariantCulture)}"], cancellationToken);
        for (var waited = Stopwatch.StartNew(); waited.Elapsed < Patience; await Task.Delay(Pause, cancellationToken))
        {
            if (file.RunningServer() != process) return true;
        }

        return false;
    }
}
