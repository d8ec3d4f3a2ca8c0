using System.Runtime.CompilerServices;
using Libra.Deploy.Application.Storage;

namespace Libra.Deploy.IntegrationTests.Chaos;

/// <summary>An object store that fails, hangs or answers late while an order says so.</summary>
internal sealed class FaultyStore(IObjectStore inner, Workspace workspace) : IObjectStore
{
    /// <summary>Name of the order.</summary>
    public const string Part = "store";

    public async Task PutAsync(ObjectBucket bucket, string key, Stream content, string contentType, CancellationToken cancellationToken)
    {
        await SufferAsync(cancellationToken);
        await inner.PutAsync(bucket, key, content, contentType, cancellationToken);
    }

    public async Task<bool> PutIfAbsentAsync(
        ObjectBucket bucket, string key, Stream content, string contentType, CancellationToken cancellationToken)
    {
        await SufferAsync(cancellationToken);
        return await inner.PutIfAbsentAsync(bucket, key, content, contentType, cancellationToken);
    }

    public async Task<Stream?> GetAsync(ObjectBucket bucket, string key, CancellationToken cancellationToken)
    {
        await SufferAsync(cancellationToken);
        return await inner.GetAsync(bucket, key, cancellationToken);
    }

    public async Task<byte[]?> ReadRangeAsync(ObjectBucket bucket, string key, long offset, int length, CancellationToken cancellationToken)
    {
        await SufferAsync(cancellationToken);
        return await inner.ReadRangeAsync(bucket, key, offset, length, cancellationToken);
    }

    public async Task<ObjectInfo?> HeadAsync(ObjectBucket bucket, string key, CancellationToken cancellationToken)
    {
        await SufferAsync(cancellationToken);
        return await inner.HeadAsync(bucket, key, cancellationToken);
    }

    public async IAsyncEnumerable<ObjectInfo> ListAsync(
        ObjectBucket bucket, string prefix, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await SufferAsync(cancellationToken);
        await foreach (var found in inner.ListAsync(bucket, prefix, cancellationToken)) yield return found;
    }

    public async Task DeleteAsync(ObjectBucket bucket, IReadOnlyCollection<string> keys, CancellationToken cancellationToken)
    {
        await SufferAsync(cancellationToken);
        await inner.DeleteAsync(bucket, keys, cancellationToken);
    }

    public Uri? Presign(ObjectBucket bucket, string key, TimeSpan lifetime) => inner.Presign(bucket, key, lifetime);

    private Task SufferAsync(CancellationToken cancellationToken) => Suffering.ObeyAsync(
        workspace.OrderFor(Part), () => throw new IOException("The scripted store is away."), cancellationToken);
}

/// <summary>The three ways in which a part outside suffers.</summary>
internal static class Suffering
{
    public const string Failing = "fail";
    public const string Hanging = "hang";
    public const string Late = "late";

    public static IReadOnlyList<string> All { get; } = [Failing, Hanging, Late];

    /// <param name="order">Null when all is well.</param>
    /// <param name="fail">Fails in the part's own manner.</param>
    public static async Task ObeyAsync(string? order, Action fail, CancellationToken cancellationToken)
    {
        if (order == Failing) fail();
        if (order == Late) await Task.Delay(TimeSpan.FromSeconds(1), cancellationToken);
        if (order != Hanging) return;

        await Task.Delay(TimeSpan.FromSeconds(20), cancellationToken);
        fail();
    }
}
