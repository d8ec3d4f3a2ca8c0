using Libra.Deploy.Domain.Deployments;
using Microsoft.Extensions.Logging;

namespace Libra.Deploy.Application.Deployments.Pipeline;

/// <summary>Why a run has to stop before its end.</summary>
internal enum StopCause
{
    None,
    LeaseLost,
    CancelRequested,
    TimedOut,
    /// <summary>The node is shutting down and its drain time is over.</summary>
    ShuttingDown,
}

/// <summary>
/// Lives beside a running attempt: renews its lease, and stops it when the lease is lost, someone cancelled, its time is up, or
/// the node's drain time is over. A worker that cannot reach the database stops itself before its lease can be taken.
/// </summary>
internal sealed class LeaseWatch : IAsyncDisposable
{
    private readonly CancellationTokenSource _run = new();
    private readonly CancellationTokenSource _end = new();
    private readonly SemaphoreSlim _look = new(0);
    private readonly DeploymentId _id;
    private readonly DateTimeOffset? _deadline;
    private readonly Lease _lease;
    private readonly IDeploymentLeases _leases;
    private readonly DeploymentOptions _options;
    private readonly TimeProvider _clock;
    private readonly ILogger _logger;
    private readonly CancellationTokenRegistration _stopping;
    private readonly Task _beating;
    private int _cause;

    /// <param name="claimed">Not kept: the watch runs beside whoever changes it.</param>
    public LeaseWatch(
        Deployment claimed, IDeploymentLeases leases, DeploymentOptions options, TimeProvider clock, ILogger logger,
        CancellationToken drained)
    {
        (_id, _deadline, _lease) = (claimed.Id, claimed.Deadline, claimed.Lease!);
        (_leases, _options, _clock, _logger) = (leases, options, clock, logger);
        _stopping = drained.Register(() => Stop(StopCause.ShuttingDown));
        _beating = Task.Run(BeatAsync, CancellationToken.None);
    }

    /// <summary>Cancelled when the run has to stop; <see cref="Cause"/> says why.</summary>
    public CancellationToken Token => _run.Token;

    public StopCause Cause => (StopCause)Volatile.Read(ref _cause);

    /// <summary>Looks now instead of at the next heartbeat.</summary>
    public void Look() => _look.Release();

    public async ValueTask DisposeAsync()
    {
        await _stopping.DisposeAsync();
        await _end.CancelAsync();
        await _beating;
        _run.Dispose();
        _end.Dispose();
        _look.Dispose();
    }

    private async Task BeatAsync()
    {
        var heldUntil = _lease.ExpiresAt;
        while (Cause == StopCause.None && await WaitAsync())
        {
            if (UntilNextLook() == TimeSpan.Zero)
            {
                Stop(StopCause.TimedOut);
                return;
            }

            heldUntil = await RenewAsync(heldUntil);
        }
    }

    private async Task<DateTimeOffset> RenewAsync(DateTimeOffset heldUntil)
    {
        var until = _clock.GetUtcNow() + _options.LeaseDuration;
        using var late = new CancellationTokenSource(PatienceWith(heldUntil), _clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(late.Token, _end.Token);
        try
        {
            // Not waited for beyond the token: a connection that answers nothing may take long to notice that it was cancelled.
            var renewal = await _leases.RenewAsync(_id, _lease.Token, heldUntil, until, either.Token).WaitAsync(either.Token);
            if (renewal == LeaseRenewal.Lost) Stop(StopCause.LeaseLost);
            if (renewal == LeaseRenewal.CancelRequested) Stop(StopCause.CancelRequested);
            return until;
        }
        catch (OperationCanceledException) when (_end.IsCancellationRequested)
        {
            return heldUntil;
        }
        catch (Exception failure) when (failure is not OutOfMemoryException)
        {
            _logger.LogWarning(
                failure, "Lease of {DeploymentId} could not be renewed; it holds until {HeldUntil:O}", _id, heldUntil);
            if (_clock.GetUtcNow() + _options.LeaseRenewal >= heldUntil) Stop(StopCause.LeaseLost);
            return heldUntil;
        }
    }

    // A database that hangs must not keep this worker working past its lease. One that woke too late may still ask: if nobody has
    // taken the deployment meanwhile, it goes on.
    private TimeSpan PatienceWith(DateTimeOffset heldUntil)
    {
        var left = heldUntil - _options.LeaseRenewal - _clock.GetUtcNow();
        return left > _options.LeaseRenewal ? left : _options.LeaseRenewal;
    }

    private async Task<bool> WaitAsync()
    {
        var pause = UntilNextLook();
        if (pause == TimeSpan.Zero) return !_end.IsCancellationRequested;

        using var due = new CancellationTokenSource(pause, _clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(due.Token, _end.Token);
        try
        {
            await _look.WaitAsync(either.Token);
        }
        catch (OperationCanceledException)
        {
            // Time for a heartbeat, or the end.
        }

        return !_end.IsCancellationRequested;
    }

    // Zero when the deployment's time is over.
    private TimeSpan UntilNextLook()
    {
        var left = _deadline is { } deadline ? deadline - _clock.GetUtcNow() : _options.LeaseRenewal;
        return TimeSpan.FromTicks(Math.Clamp(left.Ticks, 0, _options.LeaseRenewal.Ticks));
    }

    private void Stop(StopCause cause)
    {
        if (Interlocked.CompareExchange(ref _cause, (int)cause, (int)StopCause.None) == (int)StopCause.None) _run.Cancel();
    }
}
