using System.Collections.Concurrent;
using ErrorOr;
using Libra.Deploy.Application.Deployments.Pipeline;
using Libra.Deploy.Infrastructure.Processes;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Libra.Deploy.Infrastructure.Targets.Local;

/// <summary>All sites of this machine: publishes and finds them, puts idle ones to sleep, brings them back after a restart.</summary>
internal sealed class SiteHost(
    LocalTargetOptions options, SiteServices services, SiteControlGroups groups, ILogger<SiteHost> logger) : IHostedService, IDisposable
{
    private const string LocalZone = ".localhost";
    private static readonly TimeSpan SweepInterval = TimeSpan.FromSeconds(2);

    private readonly ConcurrentDictionary<string, Site> _sites = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, Site> _byCustomDomain = new(StringComparer.Ordinal);
    private Task _sweeping = Task.CompletedTask;
    private IDisposable? _alone;

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        // A start by mistake beside a service that runs finds its port taken only later. What that one makes live at this moment looks
        // like something left behind: no pointer names it yet.
        _alone = LockFile.TryTake(Path.Combine(Directory.CreateDirectory(options.Root).FullName, "in-use.lock"));
        if (_alone is null) logger.LogWarning("Another service uses {Folder}: what was left there is not cleared away", options.Root);
        await groups.BeginAsync(_alone is not null);
        foreach (var (worker, pointer) in services.Pointers.Load())
        {
            var site = _sites.GetOrAdd(worker, Add);
            site.Restore(pointer);
            Route(site, null, pointer.CustomDomain);
        }

        if (_alone is not null) services.Artifacts.RemoveAbandoned();
        logger.LogInformation("{Sites} sites are published here; each starts when it is asked for", _sites.Count);
        _sweeping = SweepAsync(services.Stopping);
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        await services.CancelAsync();
        await _sweeping;
        await Task.WhenAll(_sites.Values.Select(site => site.StopAsync(cancellationToken)));
        await services.RetiredAsync();
    }

    public void Dispose()
    {
        foreach (var site in _sites.Values) site.Dispose();
        _alone?.Dispose();
    }

    /// <summary>The site that answers for a host name; null when there is none.</summary>
    public Site? Find(string host)
    {
        var name = host.TrimEnd('.').ToLowerInvariant();
        var site = name.EndsWith(LocalZone, StringComparison.Ordinal)
            ? _sites.GetValueOrDefault(name[..^LocalZone.Length])
            : _byCustomDomain.GetValueOrDefault(name);
        return site?.Pointer is null ? null : site;
    }

    /// <summary>Makes the artifact live. Publishing what is live already changes nothing.</summary>
    public async Task<ErrorOr<Success>> PublishAsync(PublishRequest request, CancellationToken cancellationToken)
    {
        var digest = request.Artifact.Digest;
        services.Artifacts.Hold(digest);
        try
        {
            await services.Artifacts.AddAsync(request.Artifact, cancellationToken);
            var site = _sites.GetOrAdd(request.Worker.Value, Add);
            var before = site.Pointer;
            var next = new SitePointer(digest, request.DeploymentId.Value, request.CustomDomain?.Value);
            var activated = await site.ActivateAsync(next, cancellationToken);
            if (activated.IsError) return activated;
            Route(site, before?.CustomDomain, next.CustomDomain);
            return Result.Success;
        }
        finally
        {
            services.Artifacts.LetGo(digest);
        }
    }

    /// <summary>Takes a site off; one that is not there is not an error.</summary>
    public async Task RemoveAsync(string worker, CancellationToken cancellationToken)
    {
        if (!_sites.TryGetValue(worker, out var site)) return;
        Route(site, site.Pointer?.CustomDomain, null);
        await site.RemoveAsync(cancellationToken);
    }

    /// <summary>Has a site answer for a custom domain no more; one that has another by now keeps it.</summary>
    public async Task RemoveDomainAsync(string worker, string domain, CancellationToken cancellationToken)
    {
        if (!_sites.TryGetValue(worker, out var site) || !await site.ForgetDomainAsync(domain, cancellationToken)) return;
        Route(site, domain, null);
    }

    private Site Add(string worker) => new(worker, services);

    // A domain belongs to the site that was published with it last; the platform sees to it that no two projects claim one.
    private void Route(Site site, string? before, string? now)
    {
        if (before is not null && before != now) _byCustomDomain.TryRemove(KeyValuePair.Create(before, site));
        if (now is not null) _byCustomDomain[now] = site;
    }

    private async Task SweepAsync(CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(SweepInterval, services.Clock);
        try
        {
            while (await timer.WaitForNextTickAsync(cancellationToken)) SleepUnused();
        }
        catch (OperationCanceledException)
        {
            // the service stops
        }
    }

    private void SleepUnused()
    {
        var awake = _sites.Values.Select(site => (Site: site, Instance: site.Awake)).Where(one => one.Instance is not null).ToList();
        var excess = awake.Count - options.MaxAwake;
        foreach (var (site, instance) in awake.Where(one => !one.Instance!.IsBusy).OrderByDescending(one => one.Instance!.Unused))
        {
            if (excess-- <= 0 && instance!.Unused < options.SleepAfter) continue;
            site.Sleep(instance!);
            logger.LogInformation("{Worker} sleeps", site.Worker);
        }
    }
}
