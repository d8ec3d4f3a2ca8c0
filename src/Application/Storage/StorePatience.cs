namespace Libra.Deploy.Application.Storage;

/// <summary>For calls to the object store while a row is held that others wait for: they do not wait as long as a store may take.</summary>
internal static class StorePatience
{
    /// <param name="what">What the store is asked to do, for the message.</param>
    /// <exception cref="ObjectStoreException">It did not do it within the limit.</exception>
    public static async Task<T> WithinAsync<T>(
        TimeSpan limit, string what, Func<CancellationToken, Task<T>> call, TimeProvider clock, CancellationToken cancellationToken)
    {
        using var late = new CancellationTokenSource(limit, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(late.Token, cancellationToken);
        try
        {
            return await call(either.Token);
        }
        catch (OperationCanceledException hung) when (late.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw new ObjectStoreException($"The object store did not {what} in time.", hung);
        }
    }
}
