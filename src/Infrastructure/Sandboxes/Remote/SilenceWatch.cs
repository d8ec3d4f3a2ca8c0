namespace Libra.Deploy.Infrastructure.Sandboxes.Remote;

/// <summary>Ends the wait for a sandbox from which nothing is heard any more: a connection can be dead without ever saying so.</summary>
internal sealed class SilenceWatch : IDisposable
{
    private readonly TimeSpan _limit;
    private readonly CancellationTokenSource _time;
    private readonly CancellationTokenSource _either;

    public SilenceWatch(TimeSpan limit, TimeProvider clock, CancellationToken caller)
    {
        (_limit, Caller) = (limit, caller);
        _time = new CancellationTokenSource(limit, clock);
        _either = CancellationTokenSource.CreateLinkedTokenSource(caller, _time.Token);
    }

    /// <summary>Cancelled by the caller, or by silence.</summary>
    public CancellationToken Token => _either.Token;

    /// <summary>The caller's own.</summary>
    public CancellationToken Caller { get; }

    /// <summary>True when silence, and not the caller, ended the wait.</summary>
    public bool HasExpired => _time.IsCancellationRequested && !Caller.IsCancellationRequested;

    public void Heard() => _time.CancelAfter(_limit);

    /// <summary>Nobody listens at the moment; <see cref="Heard"/> goes on.</summary>
    public void Hold() => _time.CancelAfter(Timeout.InfiniteTimeSpan);

    public void Dispose()
    {
        _either.Dispose();
        _time.Dispose();
    }
}
