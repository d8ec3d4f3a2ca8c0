using Microsoft.Extensions.Options;

namespace Libra.Deploy.WebApi.Service;

/// <summary>
/// Knows that the process is about to stop, lets a balancer notice before the listener closes, and sees to it that no request keeps the
/// rest of the service from its own end.
/// </summary>
internal sealed class Draining(IHostApplicationLifetime lifetime, IOptions<DrainOptions> options, TimeProvider clock)
    : IHostedLifecycleService, IDisposable
{
    /// <summary>How long a request may take after the listener has closed.</summary>
    public static readonly TimeSpan LastRequests = TimeSpan.FromSeconds(10);

    private readonly CancellationTokenSource _closing = new();
    private readonly CancellationTokenSource _over = new(Timeout.InfiniteTimeSpan, clock);
    private volatile bool _stopping;

    /// <summary>True from the first word of the end: a signal, or the host's own stop.</summary>
    public bool IsDraining => _stopping || lifetime.ApplicationStopping.IsCancellationRequested;

    /// <summary>Fires when the balancer has had its notice and the listener closes: what has no end of its own ends then.</summary>
    public CancellationToken Closing => _closing.Token;

    // Runs before the listener stops; the stop's own time limit cuts it short.
    public async Task StoppingAsync(CancellationToken cancellationToken)
    {
        _stopping = true;
        await Task.Delay(TimeSpan.FromSeconds(options.Value.NoticeSeconds), clock, cancellationToken).ConfigureAwait(
            ConfigureAwaitOptions.SuppressThrowing);
        _over.CancelAfter(LastRequests);
        await _closing.CancelAsync();
    }

    /// <summary>
    /// Breaks a request off that goes on for too long after the listener has closed. The server would wait for a reader who does not read
    /// until the time of the whole stop is over, and what stops after it would have none left.
    /// </summary>
    public async Task BoundAsync(HttpContext context, RequestDelegate next)
    {
        await using var bound = _over.Token.UnsafeRegister(static request => ((HttpContext)request!).Abort(), context);
        await next(context);
    }

    public void Dispose()
    {
        _closing.Dispose();
        _over.Dispose();
    }

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
