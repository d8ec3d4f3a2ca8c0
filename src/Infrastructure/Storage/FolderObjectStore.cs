using System.Runtime.CompilerServices;
using Libra.Deploy.Application.Storage;

namespace Libra.Deploy.Infrastructure.Storage;

/// <summary>
/// Objects as files below one folder, for use without an S3-compatible store. Any number of processes may share the folder: a
/// file appears under its key only when it is whole and on the disk.
/// </summary>
internal sealed class FolderObjectStore : IObjectStore
{
    // No key can contain a tilde, so what is being written is never listed or read.
    private const string Staging = "~staging";
    private static readonly TimeSpan StaleAfter = TimeSpan.FromDays(1);

    private readonly string _root;

    public FolderObjectStore(FolderObjectStoreOptions options, TimeProvider clock)
    {
        _root = Path.GetFullPath(options.Root);
        foreach (var bucket in Enum.GetValues<ObjectBucket>())
        {
            Directory.CreateDirectory(StagingOf(bucket));
            RemoveStale(StagingOf(bucket), clock.GetUtcNow() - StaleAfter);
        }
    }

    public Task PutAsync(ObjectBucket bucket, string key, Stream content, string contentType, CancellationToken cancellationToken) =>
        WriteAsync(bucket, key, content, overwrite: true, cancellationToken);

    public Task<bool> PutIfAbsentAsync(
        ObjectBucket bucket, string key, Stream content, string contentType, CancellationToken cancellationToken) =>
        WriteAsync(bucket, key, content, overwrite: false, cancellationToken);

    public Task<Stream?> GetAsync(ObjectBucket bucket, string key, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return Task.FromResult<Stream?>(OpenOrNull(bucket, key));
    }

    public async Task<byte[]?> ReadRangeAsync(
        ObjectBucket bucket, string key, long offset, int length, CancellationToken cancellationToken)
    {
        await using var file = OpenOrNull(bucket, key);
        if (file is null) return null;

        file.Position = offset;
        var bytes = new byte[(int)Math.Clamp(file.Length - offset, 0, length)];
        var read = await file.ReadAtLeastAsync(bytes, bytes.Length, throwOnEndOfStream: false, cancellationToken);
        return read == bytes.Length ? bytes : bytes[..read];
    }

    public Task<ObjectInfo?> HeadAsync(ObjectBucket bucket, string key, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var info = Info(key, new FileInfo(PathOf(bucket, key)));
        if (info is null) ThrowIfAway(bucket);
        return Task.FromResult(info);
    }

    public async IAsyncEnumerable<ObjectInfo> ListAsync(
        ObjectBucket bucket, string prefix, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        ObjectKey.CheckPrefix(prefix);
        ThrowIfAway(bucket);
        await Task.CompletedTask;

        var folder = prefix[..(prefix.LastIndexOf('/') + 1)];
        foreach (var (key, file) in Walk(Path.Combine(BucketFolder(bucket), folder), folder, prefix))
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (Info(key, file) is { } info) yield return info; // null when deleted since its folder was read
        }
    }

    public Task DeleteAsync(ObjectBucket bucket, IReadOnlyCollection<string> keys, CancellationToken cancellationToken)
    {
        ThrowIfAway(bucket);
        foreach (var path in keys.Select(key => PathOf(bucket, key)).ToList())
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (!File.Exists(path)) continue;
            Allowed(() => File.Delete(path));
            RemoveEmptyFolders(Path.GetDirectoryName(path)!, BucketFolder(bucket));
        }

        return Task.CompletedTask;
    }

    /// <summary>None: a folder has no server that would answer for it.</summary>
    public Uri? Presign(ObjectBucket bucket, string key, TimeSpan lifetime) => null;

    private async Task<bool> WriteAsync(
        ObjectBucket bucket, string key, Stream content, bool overwrite, CancellationToken cancellationToken)
    {
        var path = PathOf(bucket, key);
        if (!overwrite && File.Exists(path)) return false;

        ThrowIfAway(bucket);

        var staged = Path.Combine(StagingOf(bucket), Guid.NewGuid().ToString("N"));
        try
        {
            await using (var file = Allowed(() => File.Create(staged)))
            {
                await AllowedAsync(() => content.CopyToAsync(file, cancellationToken));
                Allowed(() => file.Flush(flushToDisk: true));
            }

            return Allowed(() => Publish(staged, path, overwrite));
        }
        finally
        {
            File.Delete(staged); // no error when it was moved
        }
    }

    private static bool Publish(string staged, string path, bool overwrite)
    {
        var folder = Path.GetDirectoryName(path)!;
        for (var tries = 1; ; tries++)
        {
            try
            {
                CreateFolder(folder);
                File.Move(staged, path, overwrite); // without overwriting it is a hard link, which fails when the name is taken
                DirectoryFlush.Flush(folder);
                return true;
            }
            catch (IOException) when (!overwrite && File.Exists(path))
            {
                return false;
            }
            catch (IOException failure) when (failure is FileNotFoundException or DirectoryNotFoundException && tries < 20)
            {
                // A concurrent delete found the folder empty and removed it.
            }
        }
    }

    private static void CreateFolder(string folder)
    {
        if (Directory.Exists(folder)) return;

        CreateFolder(Path.GetDirectoryName(folder)!);
        Directory.CreateDirectory(folder);
        DirectoryFlush.Flush(Path.GetDirectoryName(folder)!);
    }

    /// <summary>Files below a folder in the ordinal order of their keys, one folder's names in memory at a time and level.</summary>
    private static IEnumerable<(string Key, FileInfo File)> Walk(string folder, string folderKey, string prefix)
    {
        // A folder sorts with its slash: "a-b" comes before "a/b", as it does in a bucket.
        var entries = EntriesOf(folder)
            .Where(entry => ObjectKey.IsSegment(entry.Name))
            .Select(entry => (Key: folderKey + entry.Name + (entry is DirectoryInfo ? "/" : string.Empty), Entry: entry))
            .OrderBy(entry => entry.Key, StringComparer.Ordinal);

        foreach (var (key, entry) in entries)
        {
            if (entry is FileInfo file)
            {
                if (key.StartsWith(prefix, StringComparison.Ordinal)) yield return (key, file);
            }
            else if (key.StartsWith(prefix, StringComparison.Ordinal) || prefix.StartsWith(key, StringComparison.Ordinal))
            {
                foreach (var below in Walk(entry.FullName, key, prefix)) yield return below;
            }
        }
    }

    private static FileSystemInfo[] EntriesOf(string folder)
    {
        try
        {
            return new DirectoryInfo(folder).GetFileSystemInfos();
        }
        catch (DirectoryNotFoundException)
        {
            return []; // no such prefix, or removed since its parent was read
        }
    }

    private static ObjectInfo? Info(string key, FileInfo file)
    {
        try
        {
            return file.Exists ? new ObjectInfo(key, file.Length, file.LastWriteTimeUtc) : null;
        }
        catch (FileNotFoundException)
        {
            return null;
        }
    }

    private FileStream? OpenOrNull(ObjectBucket bucket, string key)
    {
        try
        {
            return Allowed(() => new FileStream(PathOf(bucket, key), new FileStreamOptions
            {
                Access = FileAccess.Read,
                Share = FileShare.ReadWrite | FileShare.Delete,
                Options = FileOptions.Asynchronous,
            }));
        }
        catch (IOException failure) when (failure is FileNotFoundException or DirectoryNotFoundException)
        {
            ThrowIfAway(bucket);
            return null;
        }
    }

    // A folder that is not mounted holds no objects, but that says nothing of the objects.
    private void ThrowIfAway(ObjectBucket bucket)
    {
        if (!Directory.Exists(BucketFolder(bucket)))
            throw new ObjectStoreException($"The object folder cannot be used: {BucketFolder(bucket)} is no folder.");
    }

    private static void RemoveEmptyFolders(string folder, string stopAt)
    {
        for (; folder != stopAt; folder = Path.GetDirectoryName(folder)!)
        {
            try
            {
                Directory.Delete(folder);
            }
            catch (DirectoryNotFoundException)
            {
                // Another delete was faster; its parent may still be ours to remove.
            }
            catch (IOException)
            {
                return; // not empty
            }
        }
    }

    private static void RemoveStale(string staging, DateTimeOffset before)
    {
        foreach (var file in new DirectoryInfo(staging).EnumerateFiles().Where(file => file.LastWriteTimeUtc < before.UtcDateTime))
            file.Delete();
    }

    private static void Allowed(Action action) => Allowed(() =>
    {
        action();
        return true;
    });

    /// <summary>
    /// Callers expect an <see cref="ObjectStoreException"/> from a store that cannot be used; what is merely not there is told apart.
    /// </summary>
    private static T Allowed<T>(Func<T> action)
    {
        try
        {
            return action();
        }
        catch (Exception refused) when (IsRefusal(refused))
        {
            throw Unusable(refused);
        }
    }

    private static async Task AllowedAsync(Func<Task> action)
    {
        try
        {
            await action();
        }
        catch (Exception refused) when (IsRefusal(refused))
        {
            throw Unusable(refused);
        }
    }

    private static bool IsRefusal(Exception failure) =>
        failure is UnauthorizedAccessException
            or IOException and not (FileNotFoundException or DirectoryNotFoundException or ObjectStoreException);

    private static ObjectStoreException Unusable(Exception refused) =>
        new($"The object folder cannot be used: {refused.Message}", refused);

    private string PathOf(ObjectBucket bucket, string key) => Path.Combine(BucketFolder(bucket), ObjectKey.Check(key));

    private string StagingOf(ObjectBucket bucket) => Path.Combine(BucketFolder(bucket), Staging);

    private string BucketFolder(ObjectBucket bucket) => Path.Combine(_root, bucket switch
    {
        ObjectBucket.Logs => "logs",
        ObjectBucket.Artifacts => "artifacts",
    });
}
