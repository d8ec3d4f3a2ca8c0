using ErrorOr;
using Libra.Deploy.Domain.Deployments;

namespace Libra.Deploy.Application.Idempotency;

/// <summary>
/// Remembers what a key started. <see cref="ClaimAsync"/> and <see cref="Complete"/> belong to the caller's transaction: a request
/// that is refused, or dies, undoes its claim with all the rest, and the key is free again.
/// </summary>
public interface IIdempotencyStore
{
    /// <summary>
    /// Takes the key for this request. While another request with the same key is under way it waits for that one's end.
    /// </summary>
    /// <returns>The first answer, when there was one; <c>IDEMPOTENCY_CONFLICT</c> when it was to another request.</returns>
    Task<ErrorOr<IdempotencyState>> ClaimAsync(IdempotencyClaim claim, CancellationToken cancellationToken);

    /// <summary>What the same request with the same key started before; takes no key and waits for nobody.</summary>
    /// <returns>Null when there was none, or the key was used for another request.</returns>
    Task<StartedDeployment?> FindAsync(IdempotencyClaim claim, CancellationToken cancellationToken);

    /// <summary>Notes what the claimed key started; saved with the caller's unit of work.</summary>
    void Complete(IdempotencyClaim claim, StartedDeployment started);

    /// <summary>Forgets keys that are past their time and says how many. Safe to repeat and to run on several nodes at once.</summary>
    Task<int> PruneAsync(CancellationToken cancellationToken);
}

/// <summary>How a key stands after it was claimed.</summary>
/// <param name="Earlier">What the key started before; null when it is this request's to start.</param>
public readonly record struct IdempotencyState(StartedDeployment? Earlier);

/// <summary>What is answered again to the request that comes again.</summary>
public sealed record StartedDeployment(DeploymentId Id, DateTimeOffset At);
