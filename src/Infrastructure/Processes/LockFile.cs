using System.Diagnostics;

namespace Libra.Deploy.Infrastructure.Processes;

/// <summary>A lock between the processes of this machine; the kernel lets go of it however its holder ends.</summary>
internal static class LockFile
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    /// <summary>Takes the lock, or gives null when somebody else still holds it after the wait.</summary>
    public static async Task<IDisposable?> TryAcquireAsync(string path, TimeSpan wait, CancellationToken cancellationToken)
    {
        for (var waited = Stopwatch.StartNew(); ; await Task.Delay(Pause, cancellationToken))
        {
            if (TryTake(path) is { } taken) return taken;
            if (waited.Elapsed >= wait) return null;
        }
    }

    /// <summary>Takes the lock alone, or gives null when anybody holds it.</summary>
    public static IDisposable? TryTake(string path) => TryOpen(path, FileShare.None);

    /// <summary>Takes the lock together with others who share it, or gives null when somebody holds it alone.</summary>
    public static IDisposable? TryShare(string path) => TryOpen(path, FileShare.Read);

    /// <summary>Takes the lock together with others who share it, as soon as nobody holds it alone.</summary>
    public static async Task<IDisposable> ShareAsync(string path, CancellationToken cancellationToken)
    {
        while (true)
        {
            if (TryShare(path) is { } shared) return shared;
            await Task.Delay(Pause, cancellationToken);
        }
    }

    private static FileStream? TryOpen(string path, FileShare share)
    {
        try
        {
            return new FileStream(path, FileMode.OpenOrCreate, FileAccess.Read, share);
        }
        catch (IOException) when (File.Exists(path))
        {
            // Somebody holds it: with the file there, the one failure of this kind that is left.
            return null;
        }
    }
}
