using System.Runtime.CompilerServices;
using Libra.Deploy.Application.Storage;

namespace Libra.Deploy.IntegrationTests.Deployments.Pipeline;

/// <summary>An object store whose artifacts cannot be read or written, or whose logs not listed, while a test says so.</summary>
internal sealed class BreakableStore(IObjectStore inner) : IObjectStore
{
    public bool RefusesReads { get; set; }

    public bool RefusesWrites { get; set; }

    /// <summary>No log can be found, and so none opened.</summary>
    public bool RefusesLogs { get; set; }

    /// <summary>Called before a log is listed, which is how it is opened.</summary>
    public Func<CancellationToken, Task> OnListLogs { get; set; } = _ => Task.CompletedTask;

    /// <summary>Called before a piece of a log is stored.</summary>
    public Func<Task> BeforeLogChunk { get; set; } = () => Task.CompletedTask;

    /// <summary>Called before an artifact is looked for.</summary>
    public Func<CancellationToken, Task> OnFindArtifact { get; set; } = _ => Task.CompletedTask;

    /// <summary>Called before a result is looked for.</summary>
    public Func<Task> BeforeResult { get; set; } = () => Task.CompletedTask;

    public Task PutAsync(ObjectBucket bucket, string key, Stream content, string contentType, CancellationToken cancellationToken)
    {
        Refuse(bucket, RefusesWrites);
        return inner.PutAsync(bucket, key, content, contentType, cancellationToken);
    }

    public async Task<bool> PutIfAbsentAsync(
        ObjectBucket bucket, string key, Stream content, string contentType, CancellationToken cancellationToken)
    {
        Refuse(bucket, RefusesWrites);
        if (bucket == ObjectBucket.Logs) await BeforeLogChunk();
        return await inner.PutIfAbsentAsync(bucket, key, content, contentType, cancellationToken);
    }

    public Task<Stream?> GetAsync(ObjectBucket bucket, string key, CancellationToken cancellationToken)
    {
        Refuse(bucket, RefusesReads);
        return inner.GetAsync(bucket, key, cancellationToken);
    }

    public Task<byte[]?> ReadRangeAsync(ObjectBucket bucket, string key, long offset, int length, CancellationToken cancellationToken) =>
        inner.ReadRangeAsync(bucket, key, offset, length, cancellationToken);

    public async Task<ObjectInfo?> HeadAsync(ObjectBucket bucket, string key, CancellationToken cancellationToken)
    {
        if (bucket == ObjectBucket.Artifacts) await OnFindArtifact(cancellationToken);
        if (key.EndsWith("/result.json", StringComparison.Ordinal)) await BeforeResult();
        return await inner.HeadAsync(bucket, key, cancellationToken);
    }

    public async IAsyncEnumerable<ObjectInfo> ListAsync(
        ObjectBucket bucket, string prefix, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        if (bucket == ObjectBucket.Logs)
        {
            if (RefusesLogs) throw new IOException("The store is away.");
            await OnListLogs(cancellationToken);
        }

        await foreach (var item in inner.ListAsync(bucket, prefix, cancellationToken)) yield return item;
    }

    public Task DeleteAsync(ObjectBucket bucket, IReadOnlyCollection<string> keys, CancellationToken cancellationToken) =>
        inner.DeleteAsync(bucket, keys, cancellationToken);

    public Uri? Presign(ObjectBucket bucket, string key, TimeSpan lifetime) => inner.Presign(bucket, key, lifetime);

    private static void Refuse(ObjectBucket bucket, bool refused)
    {
        if (refused && bucket == ObjectBucket.Artifacts) throw new IOException("The store is away.");
    }
}
