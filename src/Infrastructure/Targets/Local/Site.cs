using ErrorOr;
using Microsoft.Extensions.Logging;

namespace Libra.Deploy.Infrastructure.Targets.Local;

/// <summary>A worker that is live here: what it serves, and the process that does it, or none while it sleeps.</summary>
internal sealed class Site(string worker, SiteServices services) : IDisposable
{
    // A process that ends sooner than this after its start counts as a failed start, or a crashing site would be started without end.
    private static readonly TimeSpan ShortLife = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(30);

    private readonly SemaphoreSlim _gate = new(1, 1);
    private volatile SiteInstance? _live;
    private volatile SitePointer? _pointer;
    private int _failures;
    private DateTimeOffset _notBefore;

    public string Worker => worker;

    /// <summary>What is live; null before the first activation and after removal.</summary>
    public SitePointer? Pointer => _pointer;

    /// <summary>The running process; null while the site sleeps.</summary>
    public SiteInstance? Awake => _live is { IsAlive: true } live ? live : null;

    /// <summary>Takes over what a pointer file says, without starting anything.</summary>
    public void Restore(SitePointer pointer)
    {
        services.Artifacts.Hold(pointer.Digest);
        _pointer = pointer;
    }

    /// <summary>
    /// Makes an artifact, which the caller holds, the live one. The old one serves until the new process has proved itself. When it is
    /// live already nothing changes, unless its process is stuck: then another one takes its place.
    /// </summary>
    public async Task<ErrorOr<Success>> ActivateAsync(SitePointer next, CancellationToken cancellationToken)
    {
        await _gate.WaitAsync(cancellationToken);
        try
        {
            if (_pointer?.Digest == next.Digest && !await IsStuckAsync(cancellationToken))
            {
                Point(next);
                ForgetFailures(); // who publishes again does not want to wait for the next try
                return Result.Success;
            }

            var started = await StartProvenAsync(next.Digest, cancellationToken);
            if (started.IsError) return started.Errors;
            await PointOrEndAsync(next, started.Value);
            Replace(started.Value);
            ForgetFailures();
            return Result.Success;
        }
        finally
        {
            _gate.Release();
        }
    }

    /// <summary>The process to send a request to, entered: the caller leaves it. Wakes the site when it sleeps.</summary>
    public async Task<ErrorOr<SiteInstance>> EnterAsync(CancellationToken cancellationToken)
    {
        if (TryEnter() is { } hot) return hot;
        await _gate.WaitAsync(cancellationToken);
        try
        {
            if (TryEnter() is { } live) return live;
            if (_pointer is not { } pointer) return TargetErrors.Unavailable($"{worker} was taken off this target.");
            NoteEnd();
            var now = services.Clock.GetUtcNow();
            if (now < _notBefore)
                return TargetErrors.Unavailable(
                    $"{worker} ended unexpectedly and starts again in {(_notBefore - now).TotalSeconds:0.0} s.");

            // Not the visitor's token: others wait for the same start.
            var started = await services.Launcher.StartAsync(worker, pointer.Digest, services.Stopping);
            if (started.IsError)
            {
                Pause();
                services.Logger.LogWarning("{Worker} could not be started: {Reason}", worker, started.FirstError.Description);
                return TargetErrors.Unavailable($"{worker} cannot be started at the moment.");
            }

            started.Value.Enter();
            Replace(started.Value);
            return started.Value;
        }
        finally
        {
            _gate.Release();
        }
    }

    /// <summary>Puts the site to sleep, unless it is busy with a change at this moment.</summary>
    public void Sleep(SiteInstance instance)
    {
        if (!_gate.Wait(0)) return;
        try
        {
            if (ReferenceEquals(_live, instance)) Replace(null);
        }
        finally
        {
            _gate.Release();
        }
    }

    /// <summary>Ends the process; the site stays published.</summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        await _gate.WaitAsync(cancellationToken);
        try
        {
            Replace(null);
        }
        finally
        {
            _gate.Release();
        }
    }

    /// <summary>Takes the custom domain out of what is live, for a restart too.</summary>
    /// <returns>False when the site has another one, or none.</returns>
    public async Task<bool> ForgetDomainAsync(string domain, CancellationToken cancellationToken)
    {
        await _gate.WaitAsync(cancellationToken);
        try
        {
            if (_pointer is not { } pointer || pointer.CustomDomain != domain) return false;
            Point(pointer with { CustomDomain = null });
            return true;
        }
        finally
        {
            _gate.Release();
        }
    }

    /// <summary>Takes the site off; requests that it has begun may finish.</summary>
    public async Task RemoveAsync(CancellationToken cancellationToken)
    {
        await _gate.WaitAsync(cancellationToken);
        try
        {
            services.Pointers.Remove(worker);
            Replace(null);
            if (_pointer is { } pointer) services.Artifacts.LetGo(pointer.Digest);
            _pointer = null;
            services.Launcher.CleanUp(worker);
        }
        finally
        {
            _gate.Release();
        }
    }

    public void Dispose() => _gate.Dispose();

    // One that sleeps or has ended is started by its next visitor anyway.
    private async Task<bool> IsStuckAsync(CancellationToken cancellationToken)
    {
        if (Awake is not { } live || await services.Launcher.AnswersAsync(worker, live, cancellationToken)) return false;
        services.Logger.LogWarning("{Worker} does not answer any more and is started anew", worker);
        return true;
    }

    private async Task<ErrorOr<SiteInstance>> StartProvenAsync(string digest, CancellationToken cancellationToken)
    {
        var started = await services.Launcher.StartAsync(worker, digest, cancellationToken);
        if (started.IsError) return started;
        try
        {
            var proved = await services.Launcher.ProbeAsync(worker, started.Value, cancellationToken);
            if (!proved.IsError) return started;
            await started.Value.DisposeAsync();
            return proved.Errors;
        }
        catch
        {
            await started.Value.DisposeAsync();
            throw;
        }
    }

    // The disk may be full: a process that no pointer leads to would run as long as the service does.
    private async Task PointOrEndAsync(SitePointer next, SiteInstance started)
    {
        try
        {
            Point(next);
        }
        catch
        {
            await started.DisposeAsync();
            throw;
        }
    }

    // Enter, then look again: one that was replaced or put to sleep in between may be about to end.
    private SiteInstance? TryEnter()
    {
        while (_live is { IsAlive: true } instance)
        {
            instance.Enter();
            if (ReferenceEquals(instance, _live)) return instance;
            instance.Leave();
        }

        return null;
    }

    private void Point(SitePointer next)
    {
        if (_pointer == next) return;
        services.Pointers.Save(worker, next);
        services.Artifacts.Hold(next.Digest);
        if (_pointer is { } last) services.Artifacts.LetGo(last.Digest);
        _pointer = next;
    }

    // A running process holds its artifact too: it reads the files as they are asked for.
    private void Replace(SiteInstance? next)
    {
        if (next is not null) services.Artifacts.Hold(next.Digest);
        if (Interlocked.Exchange(ref _live, next) is { } last) services.Retire(last);
    }

    private void NoteEnd()
    {
        if (_live is not { } ended) return;
        services.Logger.LogWarning("{Worker} ended unexpectedly: {Reason}", worker, ended.Process.LastOutput);
        if (services.Clock.GetUtcNow() - ended.StartedAt < ShortLife) Pause();
        else _failures = 0;
        Replace(null);
    }

    private void ForgetFailures() => (_failures, _notBefore) = (0, default);

    // The first failure costs no pause: it may be the only one.
    private void Pause()
    {
        var pause = _failures == 0 ? 0 : Math.Min(LongestPause.TotalSeconds, 0.25 * Math.Pow(2, _failures));
        _failures = Math.Min(_failures + 1, 16);
        _notBefore = services.Clock.GetUtcNow().AddSeconds(pause);
    }
}
