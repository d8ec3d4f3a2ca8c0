using ErrorOr;

namespace Libra.Deploy.Infrastructure.Targets.Cloudflare.Budget;

/// <summary>The API calls that all nodes may make together.</summary>
internal interface ICallBudget
{
    /// <summary>Waits for the right to make one call.</summary>
    /// <param name="interactive">True for a call that may use what is kept back from deployments.</param>
    /// <returns><c>TARGET_UNAVAILABLE</c> with the pause to make, when the wait would be too long.</returns>
    Task<ErrorOr<Success>> TakeAsync(bool interactive, CancellationToken cancellationToken);

    /// <summary>Stops the calls of all nodes for a while, because Cloudflare said so.</summary>
    Task PauseAsync(TimeSpan pause, CancellationToken cancellationToken);
}
