using ErrorOr;

namespace Libra.Deploy.Application.Deployments.Pipeline;

/// <summary>How long to wait before the next attempt: doubling, capped, with jitter, and never less than a provider asked for.</summary>
internal static class RetryDelay
{
    /// <summary>Key in an error's metadata for the pause that a provider asked for.</summary>
    public const string AskedFor = "retryAfter";

    /// <returns>Null when it says nothing of a pause.</returns>
    public static TimeSpan? AskedBy(Error? error) => error?.Metadata?.GetValueOrDefault(AskedFor) as TimeSpan?;

    /// <param name="attempt">Number of the attempt that failed, from 1.</param>
    /// <param name="asked">What a provider asked for.</param>
    /// <param name="draw">0 to 1; spreads attempts that failed together.</param>
    public static TimeSpan After(int attempt, DeploymentOptions options, TimeSpan? asked, double draw)
    {
        var doubled = options.RetryDelay * Math.Pow(2, Math.Min(attempt - 1, 20));
        var capped = doubled < options.LongestRetryDelay ? doubled : options.LongestRetryDelay;
        var spread = capped * (0.75 + (0.5 * draw));
        return asked > spread ? asked.Value : spread;
    }
}
