using System.Runtime.CompilerServices;
using Libra.Deploy.Application.Storage;

namespace Libra.Deploy.IntegrationTests.Queue;

/// <summary>An object store that takes every question and answers none, until it is let go.</summary>
internal sealed class HungStore : IObjectStore
{
    private readonly TaskCompletionSource _asked = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _end = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Done once somebody waits for an answer.</summary>
    public Task Asked => _asked.Task;

    /// <summary>Lets everyone who waits fail.</summary>
    public void LetGo() => _end.TrySetResult();

    public Task PutAsync(ObjectBucket bucket, string key, Stream content, string contentType, CancellationToken cancellationToken) =>
        HangAsync<bool>();

    public Task<bool> PutIfAbsentAsync(
        ObjectBucket bucket, string key, Stream content, string contentType, CancellationToken cancellationToken) => HangAsync<bool>();

    public Task<Stream?> GetAsync(ObjectBucket bucket, string key, CancellationToken cancellationToken) => HangAsync<Stream?>();

    public Task<byte[]?> ReadRangeAsync(ObjectBucket bucket, string key, long offset, int length, CancellationToken cancellationToken) =>
        HangAsync<byte[]?>();

    public Task<ObjectInfo?> HeadAsync(ObjectBucket bucket, string key, CancellationToken cancellationToken) => HangAsync<ObjectInfo?>();

    public async IAsyncEnumerable<ObjectInfo> ListAsync(
        ObjectBucket bucket, string prefix, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await HangAsync<bool>();
        yield break;
    }

    public Task DeleteAsync(ObjectBucket bucket, IReadOnlyCollection<string> keys, CancellationToken cancellationToken) => HangAsync<bool>();

    public Uri? Presign(ObjectBucket bucket, string key, TimeSpan lifetime) => null;

    private async Task<T> HangAsync<T>()
    {
        _asked.TrySetResult();
        await _end.Task;
        throw new IOException("The store never answered.");
    }
}
