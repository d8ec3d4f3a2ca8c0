using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace Libra.Deploy.Infrastructure.Targets.Local;

/// <summary>What all sites share, and the processes that are on their way out.</summary>
internal sealed class SiteServices(
    LocalTargetOptions options,
    SitePointers pointers,
    SiteArtifacts artifacts,
    SiteLauncher launcher,
    TimeProvider clock,
    ILogger<Site> logger) : IDisposable
{
    private readonly CancellationTokenSource _stopping = new();
    private readonly ConcurrentDictionary<SiteInstance, Task> _retiring = new();

    public SitePointers Pointers => pointers;

    public SiteArtifacts Artifacts => artifacts;

    public SiteLauncher Launcher => launcher;

    public TimeProvider Clock => clock;

    public ILogger Logger => logger;

    /// <summary>Cancelled when the service stops.</summary>
    public CancellationToken Stopping => _stopping.Token;

    /// <summary>Ends a process that no request can reach any more, and lets go of its artifact; does not wait for it.</summary>
    public void Retire(SiteInstance instance) => _retiring[instance] = RetireAsync(instance);

    /// <summary>Ends starts under way, and the waiting for requests in flight.</summary>
    public Task CancelAsync() => _stopping.CancelAsync();

    /// <summary>Waits until all retired processes are gone.</summary>
    public Task RetiredAsync() => Task.WhenAll(_retiring.Values);

    public void Dispose() => _stopping.Dispose();

    private async Task RetireAsync(SiteInstance instance)
    {
        await Task.Yield(); // so that the entry is there before it is removed
        await instance.RetireAsync(options.DrainTimeout, Stopping);
        artifacts.LetGo(instance.Digest);
        _retiring.TryRemove(instance, out _);
    }
}
