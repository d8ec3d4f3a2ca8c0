using Microsoft.Extensions.Logging;

namespace Libra.Deploy.Application.Health;

/// <summary>
/// Asks one dependency for everybody: however many clients want to know, it is probed once at a time, and a probe that hangs keeps
/// none of them longer than its limit.
/// </summary>
internal sealed class DependencyMonitor(IDependencyProbe probe, TimeProvider clock, ILogger logger)
{
    private readonly Lock _guard = new();
    private readonly long _made = clock.GetTimestamp();
    private Task<DependencyHealth>? _probing;
    private long _started;
    private DependencyHealth? _last;
    private long _found;
    private bool _hadItsChance;
    private bool _warned;

    public string Name => probe.Name;

    public async Task<DependencyHealth> AskAsync(CancellationToken cancellationToken)
    {
        Task<DependencyHealth> running;
        TimeSpan left;
        lock (_guard)
        {
            if (_last is not null && clock.GetElapsedTime(_found) < probe.Pace.Freshness) return _last;

            if (_probing is null or { IsCompleted: true })
                (_started, _probing) = (clock.GetTimestamp(), Task.Run(ProbeAsync, CancellationToken.None));
            (running, left) = (_probing, probe.Pace.Limit - clock.GetElapsedTime(_started));
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

    private async Task<DependencyHealth> ProbeAsync()
    {
        var start = clock.GetTimestamp();
        ProbeFinding finding;
        Exception? cause = null;
        using var limit = new CancellationTokenSource(probe.Pace.Patience, clock);
        try
        {
            finding = await probe.ProbeAsync(limit.Token);
        }
        catch (Exception failure)
        {
            // Whatever goes wrong here is the finding itself; the log has the cause.
            (finding, cause) = (ProbeFinding.Down(limit.IsCancellationRequested ? NoAnswer : "It does not answer."), failure);
        }

        var health = new DependencyHealth(Name, finding.Healthy, clock.GetElapsedTime(start), finding.Message);
        Remember(health, cause);
        return health;
    }

    private void Remember(DependencyHealth health, Exception? cause)
    {
        lock (_guard)
        {
            (_last, _found) = (health, clock.GetTimestamp());
            // What comes up together with the service is late only after a while, but has failed as soon as it has worked before.
            _hadItsChance |= health.Healthy || clock.GetElapsedTime(_made) >= probe.Pace.FirstChance;
            // One line a change, not one a look.
            if (!_hadItsChance || _warned == !health.Healthy) return;
            _warned = !health.Healthy;
        }

        if (health.Healthy) logger.LogInformation("Dependency {Dependency} is healthy again", Name);
        else logger.LogWarning(cause, "Dependency {Dependency} is unhealthy: {Reason}", Name, health.Message);
    }
}
