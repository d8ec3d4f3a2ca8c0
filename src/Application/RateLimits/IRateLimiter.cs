namespace Libra.Deploy.Application.RateLimits;

/// <summary>Counts requests over all nodes. A database that is away lets nothing through: the exception is the caller's answer.</summary>
public interface IRateLimiter
{
    /// <summary>Counts a request for a deployment, outside any transaction, so that a refused one counts as well.</summary>
    /// <param name="organizationId">Where the caller may act; null when the request names no such organization. Never one that the
    /// request only claims, or one organization could use up another's requests.</param>
    /// <param name="callerId">Who asks, as its credential says: a user, or a token that is bound to none.</param>
    /// <param name="projectId">As the request names it, valid or not; null when it names none, which is counted for the caller as a
    /// whole.</param>
    Task<RateLimitDecision> TakeAsync(string? organizationId, string callerId, string? projectId, CancellationToken cancellationToken);

    /// <summary>Removes windows that are over and says how many. Safe to repeat and to run on several nodes at once.</summary>
    Task<int> PruneAsync(CancellationToken cancellationToken);
}
