using Libra.Deploy.Application.Storage;

namespace Libra.Deploy.IntegrationTests.Logs;

/// <summary>Lets some calls through and fails all others, as if the process had been killed there.</summary>
internal sealed class InterruptedStore(IObjectStore inner, int calls) : IObjectStore
{
    private int _left = calls;

    public Task PutAsync(ObjectBucket bucket, string key, Stream content, string contentType, CancellationToken cancellationToken) =>
        Next().PutAsync(bucket, key, content, contentType, cancellationToken);

    public Task<bool> PutIfAbsentAsync(
        ObjectBucket bucket, string key, Stream content, string contentType, CancellationToken cancellationToken) =>
        Next().PutIfAbsentAsync(bucket, key, content, contentType, cancellationToken);

    public Task<Stream?> GetAsync(ObjectBucket bucket, string key, CancellationToken cancellationToken) =>
        Next().GetAsync(bucket, key, cancellationToken);

    public Task<byte[]?> ReadRangeAsync(
        ObjectBucket bucket, string key, long offset, int length, CancellationToken cancellationToken) =>
        Next().ReadRangeAsync(bucket, key, offset, length, cancellationToken);

    public Task<ObjectInfo?> HeadAsync(ObjectBucket bucket, string key, CancellationToken cancellationToken) =>
        Next().HeadAsync(bucket, key, cancellationToken);

    public IAsyncEnumerable<ObjectInfo> ListAsync(ObjectBucket bucket, string prefix, CancellationToken cancellationToken) =>
        Next().ListAsync(bucket, prefix, cancellationToken);

    public async Task DeleteAsync(ObjectBucket bucket, IReadOnlyCollection<string> keys, CancellationToken cancellationToken)
    {
        // Killed in the middle of it as well.
        foreach (var key in keys) await Next().DeleteAsync(bucket, [key], cancellationToken);
    }

    public Uri? Presign(ObjectBucket bucket, string key, TimeSpan lifetime) => null;

    private IObjectStore Next() => _left-- > 0 ? inner : throw new IOException("Interrupted.");
}
