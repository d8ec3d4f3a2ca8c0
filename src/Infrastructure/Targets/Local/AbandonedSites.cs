using Libra.Deploy.Application.Deployments.Cleanup;
using Libra.Deploy.Domain.Projects;
using Microsoft.Extensions.Options;
using Npgsql;

namespace Libra.Deploy.Infrastructure.Targets.Local;

/// <summary>Takes sites off this machine whose project no longer exists.</summary>
internal sealed class AbandonedSites(
    SitePointers pointers, SiteHost sites, NpgsqlDataSource database, IOptions<CleanupOptions> options,
    TimeProvider clock) : ILocalLeftovers
{
    public async Task<(long Count, long Bytes)> RemoveAsync(bool dryRun, CancellationToken cancellationToken)
    {
        var abandoned = pointers.SavedBefore(clock.GetUtcNow() - options.Value.OrphanGrace).ToHashSet(StringComparer.Ordinal);
        if (abandoned.Count == 0 || !await LeaveKnownOutAsync(abandoned, cancellationToken) || dryRun) return (abandoned.Count, 0);

        foreach (var worker in abandoned) await sites.RemoveAsync(worker, cancellationToken);
        return (abandoned.Count, 0);
    }

    /// <summary>
    /// Leaves those out whose project exists; all of them when there is no project at all, as that is rather the wrong database.
    /// </summary>
    /// <returns>True when any are left.</returns>
    private async Task<bool> LeaveKnownOutAsync(HashSet<string> workers, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand("SELECT id FROM public.project");
        await using var rows = await command.ExecuteReaderAsync(cancellationToken);
        if (!rows.HasRows) workers.Clear();
        while (workers.Count > 0 && await rows.ReadAsync(cancellationToken)) workers.Remove(WorkerName.For(rows.GetString(0)).Value);
        return workers.Count > 0;
    }
}
