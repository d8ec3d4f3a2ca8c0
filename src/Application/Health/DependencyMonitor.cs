using Microsoft.Extensions.Logging;

namespace Libra.Deploy.Application.Health;

/// <summary>
/// Asks one dependency for everybody: however many clients want to know, it is tried once at a time, and a try that hangs keeps
/// none of them longer than its limit.
/// </summary>
internal sealed class DependencyMonitor(IDependencyProbe probe, TimeProvider clock, ILogger logger)
{
    private readonly Lock _guard = new();
    private Task<DependencyHealth>? _try;
    private long _started;
    private DependencyHealth? _last;
    private long _found;

    public string Name => probe.Name;

    public async Task<DependencyHealth> AskAsync(CancellationToken cancellationToken)
    {
        Task<DependencyHealth> running;
        TimeSpan left;
        lock (_guard)
        {
            if (_last is not null && clock.GetElapsedTime(_found) < probe.Pace.Freshness) return _last;

            if (_try is null or { IsCompleted: true })
                (_started, _try) = (clock.GetTimestamp(), Task.Run(TryAsync, CancellationToken.None));
            (running, left) = (_try, probe.Pace.Limit - clock.GetElapsedTime(_started));
        }

        try
        {
            return await running.WaitAsync(left > TimeSpan.Zero ? left : TimeSpan.Zero, clock, cancellationToken);
        }
        catch (TimeoutException)
        {
            return new DependencyHealth(Name, Healthy: false, probe.Pace.Limit, NoAnswer);
        }
    }

    private string NoAnswer => $"No answer within {probe.Pace.Limit.TotalSeconds:0.#} s.";

    private async Task<DependencyHealth> TryAsync()
    {
        var start = clock.GetTimestamp();
        ProbeFinding finding;
        Exception? cause = null;
        using var limit = new CancellationTokenSource(probe.Pace.Patience, clock);
        try
        {
            finding = await probe.TryAsync(limit.Token);
        }
        catch (Exception failure)
        {
            // Whatever goes wrong here is the finding itself; the log has the cause.
            (finding, cause) = (ProbeFinding.Ill(limit.IsCancellationRequested ? NoAnswer : "It does not answer."), failure);
        }

        var health = new DependencyHealth(Name, finding.Healthy, clock.GetElapsedTime(start), finding.Message);
        Remember(health, cause);
        return health;
    }

    private void Remember(DependencyHealth health, Exception? cause)
    {
        bool? before;
        lock (_guard) (before, _last, _found) = (_last?.Healthy, health, clock.GetTimestamp());

        // One line a change, not one a look.
        if (!health.Healthy && before is not false)
            logger.LogWarning(cause, "Dependency {Dependency} is unhealthy: {Reason}", Name, health.Message);
        if (health.Healthy && before is false) logger.LogInformation("Dependency {Dependency} is healthy again", Name);
    }
}
