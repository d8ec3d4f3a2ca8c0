using Libra.Deploy.Application.Deployments.Cleanup;
using Libra.Deploy.Infrastructure.Sandboxes.Bubblewrap;

namespace Libra.Deploy.Infrastructure.Sandboxes.Dependencies;

/// <summary>Keeps the stored dependencies of all organizations within one limit, and drops what nobody has built with for long.</summary>
internal sealed class UnusedDependencies(BubblewrapOptions options, TimeProvider clock) : ILocalLeftovers
{
    public Task<(long Count, long Bytes)> RemoveAsync(bool dryRun, CancellationToken cancellationToken)
    {
        var (count, bytes, kept) = (0L, 0L, 0L);
        var oldest = clock.GetUtcNow().UtcDateTime - options.DependencyLifetime;
        foreach (var (store, entry) in Stored(dryRun).OrderByDescending(stored => stored.Entry.LastUsed))
        {
            cancellationToken.ThrowIfCancellationRequested();
            kept += entry.Bytes;
            if (kept <= options.AllDependencyStoresBytes && entry.LastUsed >= oldest) continue;
            if (dryRun ? !store.IsUnused(entry.Key) : !store.TryRemove(entry.Key)) continue;

            (count, bytes, kept) = (count + 1, bytes + entry.Bytes, kept - entry.Bytes);
        }

        return Task.FromResult((count, bytes));
    }

    private List<(DependencyStore Store, DependencyEntry Entry)> Stored(bool dryRun)
    {
        var stored = new List<(DependencyStore, DependencyEntry)>();
        if (!Directory.Exists(options.DataDirectory)) return stored; // nothing was ever built on this machine

        foreach (var organization in new SandboxFolders(options.DataDirectory).Organizations())
        {
            var store = new DependencyStore(organization.Dependencies, options.DependencyStoreBytes, clock);
            if (!dryRun) store.RemoveUnusable();
            stored.AddRange(store.Entries().Select(entry => (store, entry)));
        }

        return stored;
    }
}
