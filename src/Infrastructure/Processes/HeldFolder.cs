using Libra.Deploy.Infrastructure.Artifacts;

namespace Libra.Deploy.Infrastructure.Processes;

/// <summary>A temporary folder that its process holds on to, so that another one can tell when nobody needs it any more.</summary>
internal sealed class HeldFolder : IDisposable
{
    private const string LockSuffix = ".lock";
    private const UnixFileMode Private = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    // A younger lock may have been made and not yet been taken.
    private static readonly TimeSpan Youth = TimeSpan.FromMinutes(1);

    private readonly IDisposable _lock;

    /// <param name="prefix">What the names of all folders of this kind begin with.</param>
    public HeldFolder(string prefix)
    {
        Path = System.IO.Path.Combine(System.IO.Path.GetTempPath(), prefix + System.IO.Path.GetRandomFileName());
        _lock = LockFile.TryTake(Path + LockSuffix) ?? throw new IOException($"{Path} is another process's.");
        Directory.CreateDirectory(Path, Private);
    }

    public string Path { get; }

    public void Dispose()
    {
        TemporaryFolder.Remove(Path);
        File.Delete(Path + LockSuffix);
        _lock.Dispose();
    }

    /// <summary>Removes the folders whose process was killed.</summary>
    public static void RemoveAbandoned(string prefix, DateTimeOffset now)
    {
        foreach (var file in Directory.EnumerateFiles(System.IO.Path.GetTempPath(), $"{prefix}*{LockSuffix}"))
        {
            if (now - File.GetLastWriteTimeUtc(file) < Youth) continue;
            using var taken = TryTake(file);
            if (taken is null) continue;
            TemporaryFolder.Remove(file[..^LockSuffix.Length]);
            File.Delete(file);
        }
    }

    private static IDisposable? TryTake(string file)
    {
        try
        {
            return LockFile.TryTake(file);
        }
        catch (UnauthorizedAccessException)
        {
            return null; // another user's service looks after its own
        }
    }
}
