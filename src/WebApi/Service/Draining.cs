using Microsoft.Extensions.Options;

namespace Libra.Deploy.WebApi.Service;

/// <summary>Knows that the process is about to stop, and lets a balancer notice before the listener closes.</summary>
internal sealed class Draining(IHostApplicationLifetime lifetime, IOptions<DrainOptions> options, TimeProvider clock)
    : IHostedLifecycleService
{
    private volatile bool _stopping;

    /// <summary>True from the first word of the end: a signal, or the host's own stop.</summary>
    public bool IsDraining => _stopping || lifetime.ApplicationStopping.IsCancellationRequested;

    // Runs before the listener stops; the stop's own time limit cuts it short.
    public async Task StoppingAsync(CancellationToken cancellationToken)
    {
        _stopping = true;
        await Task.Delay(TimeSpan.FromSeconds(options.Value.NoticeSeconds), clock, cancellationToken).ConfigureAwait(
            ConfigureAwaitOptions.SuppressThrowing);
    }

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
