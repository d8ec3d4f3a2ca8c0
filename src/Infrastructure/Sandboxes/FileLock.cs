namespace Libra.Deploy.Infrastructure.Sandboxes;

/// <summary>A lock between processes of this machine that ends with its holder, however that ends (<c>flock</c> underneath).</summary>
internal static class FileLock
{
    /// <summary>Takes the lock for itself alone; null when anyone holds it.</summary>
    public static IDisposable? TryExclusive(string path) => TryOpen(path, FileShare.None);

    /// <summary>Takes the lock together with other shared holders; null when someone holds it alone.</summary>
    public static IDisposable? TryShared(string path) => TryOpen(path, FileShare.Read);

    private static FileStream? TryOpen(string path, FileShare share)
    {
        try
        {
            if (!File.Exists(path)) File.Create(path).Dispose();
            return new FileStream(path, FileMode.Open, FileAccess.Read, share);
        }
        catch (IOException) when (File.Exists(path))
        {
            // Someone else holds it: the expected outcome that this method reports as null.
            return null;
        }
    }
}
