using Libra.Deploy.Application.Deployments.Cleanup;
using Libra.Deploy.Domain.Projects;
using Libra.Deploy.Infrastructure.Cleanup;
using Microsoft.Extensions.Options;
using Npgsql;

namespace Libra.Deploy.Infrastructure.Targets.Local;

/// <summary>Takes sites off this machine whose project no longer exists.</summary>
internal sealed class AbandonedSites(
    SitePointers pointers, SiteHost sites, NpgsqlDataSource database, IOptions<CleanupOptions> options) : ILocalLeftovers
{
    private const string Place = "sites/";

    public async Task<(long Count, long Bytes)> RemoveAsync(bool dryRun, CancellationToken cancellationToken)
    {
        var here = pointers.Names();
        if (here.Count == 0) return (0, 0);

        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        if (await KnownAsync(connection, cancellationToken) is not { Count: > 0 } known) return (0, 0); // rather the wrong database

        var due = await DueAsync(connection, here.ToLookup(known.Contains), dryRun, cancellationToken);
        if (dryRun) return (due.Count, 0);

        foreach (var worker in due) await sites.RemoveAsync(worker, cancellationToken);
        await Orphans.ForgetAsync(connection, Place, due, cancellationToken);
        return (due.Count, 0);
    }

    private async Task<HashSet<string>> DueAsync(
        NpgsqlConnection connection, ILookup<bool, string> byKnown, bool dryRun, CancellationToken cancellationToken)
    {
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var due = await Orphans.DueAsync(
            connection, Place, [.. byKnown[true]], [.. byKnown[false]], options.Value.OrphanGrace, cancellationToken);
        if (!dryRun) await transaction.CommitAsync(cancellationToken);
        return due;
    }

    /// <returns>The workers of all projects.</returns>
    private static async Task<HashSet<string>> KnownAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand("SELECT id FROM public.project", connection);
        await using var rows = await command.ExecuteReaderAsync(cancellationToken);
        var known = new HashSet<string>(StringComparer.Ordinal);
        while (await rows.ReadAsync(cancellationToken)) known.Add(WorkerName.For(rows.GetString(0)).Value);
        return known;
    }
}
