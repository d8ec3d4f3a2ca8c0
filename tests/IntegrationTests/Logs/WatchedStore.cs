using System.Runtime.CompilerServices;
using Libra.Deploy.Application.Storage;

namespace Libra.Deploy.IntegrationTests.Logs;

/// <summary>Counts what is asked of a store, and lets a test act just before a write, or take the store away.</summary>
internal sealed class WatchedStore(IObjectStore inner) : IObjectStore
{
    private int _reads;
    private int _lists;
    private long _bytesRead;

    public int Reads => _reads;

    public long BytesRead => _bytesRead;

    /// <summary>True makes every call fail, as when the network is down.</summary>
    public bool Away { get; set; }

    /// <summary>Runs before each conditional write.</summary>
    public Func<string, Task>? BeforePutIfAbsent { get; set; }

    /// <summary>Runs before each removal.</summary>
    public Func<Task>? BeforeDelete { get; init; }

    /// <summary>Runs in each list, told its number, between the reading of names and the look at each file, as a folder lists.</summary>
    public Func<int, Task>? DuringList { get; set; }

    /// <summary>True lets the next conditional write happen but loses its answer.</summary>
    public bool LoseNextAnswer { get; set; }

    public void ResetCounts() => (_reads, _bytesRead) = (0, 0);

    public Task PutAsync(ObjectBucket bucket, string key, Stream content, string contentType, CancellationToken cancellationToken)
    {
        ThrowIfAway();
        return inner.PutAsync(bucket, key, content, contentType, cancellationToken);
    }

    public async Task<bool> PutIfAbsentAsync(
        ObjectBucket bucket, string key, Stream content, string contentType, CancellationToken cancellationToken)
    {
        ThrowIfAway();
        if (BeforePutIfAbsent is { } before)
        {
            BeforePutIfAbsent = null;
            await before(key);
        }

        var written = await inner.PutIfAbsentAsync(bucket, key, content, contentType, cancellationToken);
        if (!LoseNextAnswer) return written;

        LoseNextAnswer = false;
        throw new IOException("The answer got lost.");
    }

    public async Task<Stream?> GetAsync(ObjectBucket bucket, string key, CancellationToken cancellationToken)
    {
        ThrowIfAway();
        var stream = await inner.GetAsync(bucket, key, cancellationToken);
        if (stream is not null) Count(stream.Length);
        return stream;
    }

    public async Task<byte[]?> ReadRangeAsync(
        ObjectBucket bucket, string key, long offset, int length, CancellationToken cancellationToken)
    {
        ThrowIfAway();
        var bytes = await inner.ReadRangeAsync(bucket, key, offset, length, cancellationToken);
        if (bytes is not null) Count(bytes.Length);
        return bytes;
    }

    public Task<ObjectInfo?> HeadAsync(ObjectBucket bucket, string key, CancellationToken cancellationToken)
    {
        ThrowIfAway();
        return inner.HeadAsync(bucket, key, cancellationToken);
    }

    public IAsyncEnumerable<ObjectInfo> ListAsync(ObjectBucket bucket, string prefix, CancellationToken cancellationToken)
    {
        ThrowIfAway();
        var listed = inner.ListAsync(bucket, prefix, cancellationToken);
        return DuringList is { } during ? LookedAtLaterAsync(bucket, listed, during, cancellationToken) : listed;
    }

    public async Task DeleteAsync(ObjectBucket bucket, IReadOnlyCollection<string> keys, CancellationToken cancellationToken)
    {
        ThrowIfAway();
        if (BeforeDelete is { } before) await before();
        await inner.DeleteAsync(bucket, keys, cancellationToken);
    }

    public Uri? Presign(ObjectBucket bucket, string key, TimeSpan lifetime) => inner.Presign(bucket, key, lifetime);

    private async IAsyncEnumerable<ObjectInfo> LookedAtLaterAsync(
        ObjectBucket bucket, IAsyncEnumerable<ObjectInfo> listed, Func<int, Task> during,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var names = await listed.Select(item => item.Key).ToListAsync(cancellationToken);
        await during(++_lists);
        foreach (var name in names)
            if (await inner.HeadAsync(bucket, name, cancellationToken) is { } found) yield return found;
    }

    private void Count(long bytes)
    {
        Interlocked.Increment(ref _reads);
        Interlocked.Add(ref _bytesRead, bytes);
    }

    private void ThrowIfAway()
    {
        if (Away) throw new IOException("The store is away.");
    }
}
