namespace Libra.Deploy.Application.Common;

/// <summary>Saves what a use case changed, all of it or nothing, together with what its domain events caused.</summary>
public interface IUnitOfWork
{
    /// <summary>Opens a transaction that <see cref="CommitAsync"/> ends; disposing it without a commit undoes everything.</summary>
    Task<IAsyncDisposable> BeginAsync(CancellationToken cancellationToken);

    /// <summary>Publishes the aggregates' events, saves, and commits.</summary>
    /// <exception cref="ConcurrentChangeException">Somebody else saved the same aggregate since it was read; nothing was saved.</exception>
    Task CommitAsync(CancellationToken cancellationToken);
}

/// <summary>The aggregate was changed by somebody else in between; reading it again and repeating is safe.</summary>
public sealed class ConcurrentChangeException(string message, Exception inner) : Exception(message, inner);
