using ErrorOr;

namespace Libra.Deploy.Application.RateLimits;

/// <summary>Whether a request may go on, and the figures of its headers.</summary>
/// <param name="Limit">Requests in a window; 0 when there is no limit.</param>
/// <param name="Remaining">Requests left in this window.</param>
/// <param name="WindowSeconds">Length of a window.</param>
/// <param name="RetryAfterSeconds">Until the window ends, rounded up; 0 when allowed.</param>
public sealed record RateLimitDecision(bool Allowed, int Limit, int Remaining, int WindowSeconds, int RetryAfterSeconds)
{
    /// <summary>The refusal of a request that is not allowed.</summary>
    public Error ToError() => Error.Failure(
        "RATE_LIMITED",
        "Deployment rate limit exceeded. Please wait before trying again.",
        new Dictionary<string, object> { ["retryAfter"] = RetryAfterSeconds });
}
