namespace Libra.Deploy.Application.Storage;

/// <summary>The two buckets of the service.</summary>
public enum ObjectBucket
{
    Logs,
    Artifacts,
}

/// <summary>
/// Stores whole objects by key. Reads see the last finished write; a write that fails leaves what was there before. A key is
/// one or more segments of <c>[A-Za-z0-9._-]</c> joined by <c>/</c>; never raw user text, and never the folder of another key.
/// A store that is away is an <see cref="ObjectStoreException"/> of every call, never a missing object.
/// </summary>
public interface IObjectStore
{
    /// <summary>Writes an object; large ones in parts. The content is read once, from its present position to its end.</summary>
    /// <exception cref="ObjectStoreException">The store cannot be reached or refused; the message names the reason.</exception>
    Task PutAsync(ObjectBucket bucket, string key, Stream content, string contentType, CancellationToken cancellationToken);

    /// <summary>Writes an object only when there is none under the key.</summary>
    /// <returns>False when there was one; it is left as it is.</returns>
    Task<bool> PutIfAbsentAsync(ObjectBucket bucket, string key, Stream content, string contentType, CancellationToken cancellationToken);

    /// <summary>Opens an object for reading; null when there is none.</summary>
    Task<Stream?> GetAsync(ObjectBucket bucket, string key, CancellationToken cancellationToken);

    /// <summary>Reads part of an object into memory: fewer bytes at its end, none behind it; null when there is no such object.</summary>
    Task<byte[]?> ReadRangeAsync(ObjectBucket bucket, string key, long offset, int length, CancellationToken cancellationToken);

    /// <summary>Size and time of an object; null when there is none.</summary>
    Task<ObjectInfo?> HeadAsync(ObjectBucket bucket, string key, CancellationToken cancellationToken);

    /// <summary>Every object whose key starts with <paramref name="prefix"/>, ordered by key (ordinal).</summary>
    IAsyncEnumerable<ObjectInfo> ListAsync(ObjectBucket bucket, string prefix, CancellationToken cancellationToken);

    /// <summary>Removes objects; missing ones are no error.</summary>
    Task DeleteAsync(ObjectBucket bucket, IReadOnlyCollection<string> keys, CancellationToken cancellationToken);

    /// <summary>An address at which a client can read the object without credentials for a while; null when the store has none.</summary>
    Uri? Presign(ObjectBucket bucket, string key, TimeSpan lifetime);
}

/// <summary>What is known of an object without reading it.</summary>
public sealed record ObjectInfo(string Key, long Size, DateTimeOffset LastModified);
