using System.Diagnostics;

namespace Libra.Deploy.Infrastructure.Processes;

/// <summary>A lock between the processes of this machine; the kernel lets go of it however its holder ends.</summary>
internal static class LockFile
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    /// <summary>Takes the lock, or gives null when somebody else still holds it after the wait.</summary>
    public static async Task<IDisposable?> TryAcquireAsync(string path, TimeSpan wait, CancellationToken cancellationToken)
    {
        // Opened for reading, so that the one failure left below is a holder.
        if (!File.Exists(path)) await File.Create(path).DisposeAsync();
        for (var waited = Stopwatch.StartNew(); ; await Task.Delay(Pause, cancellationToken))
        {
            try
            {
                return new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.None);
            }
            catch (IOException) when (File.Exists(path))
            {
                // Somebody holds it.
                if (waited.Elapsed >= wait) return null;
            }
        }
    }
}
