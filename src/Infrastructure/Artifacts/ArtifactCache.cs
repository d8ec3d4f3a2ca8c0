using System.Globalization;
using Libra.Deploy.Application.Deployments.Artifacts;

namespace Libra.Deploy.Infrastructure.Artifacts;

/// <summary>
/// Unpacked artifacts in a folder that several processes may share. An artifact is there completely or it is made anew. A lock file
/// beside each (left behind, empty, when the artifact goes) says who uses it: shared while in use, exclusive while it is made or removed.
/// </summary>
internal sealed class ArtifactCache(ArtifactStoreOptions options, TimeProvider clock)
{
    private const string SizeFile = "size";

    // Looking at all there is takes time in proportion to it, so it is done once for many new artifacts, or much in them.
    private const int MostBetweenLooks = 1000;
    private const int PartBetweenLooks = 20;
    private static readonly TimeSpan LockPoll = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan AbandonedAfter = TimeSpan.FromDays(1);

    private readonly Lock _room = new();
    private long _bytesUntilLook;
    private int _countUntilLook;

    /// <summary>Fills an empty folder with an artifact; null when there is no such artifact.</summary>
    public delegate Task<ArtifactManifest?> Unpack(string folder, CancellationToken cancellationToken);

    /// <summary>Opens an artifact, unpacking it first when it is not there or no longer whole.</summary>
    public async Task<IArtifact?> OpenAsync(string digest, Unpack unpack, CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(options.CacheFolder);
        var folder = Path.Combine(options.CacheFolder, digest);
        while (true)
        {
            if (TryLock(digest, FileShare.Read) is { } use && await OpenFolderAsync(digest, folder, use, cancellationToken) is { } artifact)
                return artifact;

            // Between the two locks another process may have been faster, in either direction: hence the loop. Never a wait for the
            // second: who made the artifact meanwhile may use it for hours.
            await using var making = TryLock(digest, FileShare.None);
            if (making is null) await Task.Delay(LockPoll, cancellationToken);
            else if (await UnpackedArtifact.FindAsync(folder, digest, cancellationToken) is null
                && !await MakeAsync(folder, unpack, cancellationToken))
                return null;
        }
    }

    /// <summary>Removes an artifact, unless somebody uses it: then it goes when room is needed.</summary>
    public void Forget(string digest)
    {
        var folder = Path.Combine(options.CacheFolder, digest);
        if (Directory.Exists(folder)) _ = TryRemove(folder);
    }

    /// <summary>An empty folder of one's own on the same file system; gone when disposed.</summary>
    public TemporaryFolder NewFolder()
    {
        var root = TemporaryRoot();
        var now = clock.GetUtcNow().UtcDateTime;
        // What a killed process left behind; a day is longer than any deployment.
        foreach (var old in Directory.EnumerateDirectories(root).Where(path => now - Directory.GetLastWriteTimeUtc(path) > AbandonedAfter))
            TemporaryFolder.Remove(old);
        return new TemporaryFolder(Path.Combine(root, Guid.NewGuid().ToString("N")));
    }

    private string TemporaryRoot() => Directory.CreateDirectory(Path.Combine(options.CacheFolder, "tmp")).FullName;

    private async Task<IArtifact?> OpenFolderAsync(string digest, string folder, FileStream use, CancellationToken cancellationToken)
    {
        CachedArtifact? opened = null;
        try
        {
            if (await UnpackedArtifact.FindAsync(folder, digest, cancellationToken) is not { } manifest) return null;

            Directory.SetLastWriteTimeUtc(folder, clock.GetUtcNow().UtcDateTime);
            return opened = new CachedArtifact(digest, manifest, folder, use);
        }
        finally
        {
            if (opened is null) await use.DisposeAsync();
        }
    }

    private async Task<bool> MakeAsync(string folder, Unpack unpack, CancellationToken cancellationToken)
    {
        using var work = NewFolder();
        if (await unpack(work.Path, cancellationToken) is not { } manifest) return false;
        var size = manifest.Files.Sum(file => file.Size);
        await File.WriteAllTextAsync(Path.Combine(work.Path, SizeFile), size.ToString(CultureInfo.InvariantCulture), cancellationToken);
        Remove(folder); // what is left of a damaged one
        MakeRoom(size);
        Directory.Move(work.Path, folder);
        return true;
    }

    private void MakeRoom(long wanted)
    {
        lock (_room)
        {
            (_bytesUntilLook, _countUntilLook) = (_bytesUntilLook - wanted, _countUntilLook - 1);
            if (_bytesUntilLook >= 0 && _countUntilLook >= 0) return;

            var left = options.MaxCacheBytes - RemoveOldest(wanted);
            // Other processes may use the folder too, so only a part of what is left is taken without a look.
            (_bytesUntilLook, _countUntilLook) = (Math.Min(left, options.MaxCacheBytes / PartBetweenLooks), MostBetweenLooks);
        }
    }

    /// <returns>What all artifacts take, the wanted one included.</returns>
    private long RemoveOldest(long wanted)
    {
        var kept = Directory.EnumerateDirectories(options.CacheFolder)
            .Where(folder => File.Exists(Path.Combine(folder, SizeFile)))
            .Select(folder => (Folder: folder, Used: Directory.GetLastWriteTimeUtc(folder), Size: SizeOf(folder)))
            .OrderBy(entry => entry.Used)
            .ToList();
        var total = kept.Sum(entry => entry.Size) + wanted;
        foreach (var (folder, _, size) in kept)
        {
            if (total <= options.MaxCacheBytes) break;
            if (TryRemove(folder)) total -= size;
        }

        return total;
    }

    // False: it is in use.
    private bool TryRemove(string folder)
    {
        using var removing = TryLock(Path.GetFileName(folder), FileShare.None);
        if (removing is null) return false;
        Remove(folder);
        return true;
    }

    // Moved away first: a kill in the middle would leave half of it under its name. What it leaves in tmp is swept up there.
    private void Remove(string folder)
    {
        var doomed = Path.Combine(TemporaryRoot(), Guid.NewGuid().ToString("N"));
        try
        {
            Directory.Move(folder, doomed);
        }
        catch (DirectoryNotFoundException)
        {
            return; // another process was faster
        }

        TemporaryFolder.Remove(doomed);
    }

    private static long SizeOf(string folder)
    {
        try
        {
            var size = File.ReadAllText(Path.Combine(folder, SizeFile));
            // Not a number after a power loss: such a one is made anew when it is opened.
            return long.TryParse(size, NumberStyles.None, CultureInfo.InvariantCulture, out var bytes) ? bytes : 0;
        }
        catch (IOException e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return 0; // another process removed it meanwhile
        }
    }

    // A FileStream takes an advisory lock on Linux: shared for FileShare.Read, exclusive for None; it ends with the process.
    private FileStream? TryLock(string digest, FileShare share)
    {
        try
        {
            return new FileStream(Path.Combine(options.CacheFolder, digest + ".lock"), FileMode.OpenOrCreate, FileAccess.Read, share);
        }
        catch (IOException e) when (e.HResult == LockedByAnother)
        {
            return null;
        }
    }

    // EWOULDBLOCK: what the runtime reports when the lock is held elsewhere.
    private const int LockedByAnother = 11;

    private sealed class CachedArtifact(string digest, ArtifactManifest manifest, string folder, FileStream use) : IArtifact
    {
        public string Digest => digest;

        public ArtifactManifest Manifest => manifest;

        public string Folder => folder;

        public ValueTask DisposeAsync() => use.DisposeAsync();
    }
}
