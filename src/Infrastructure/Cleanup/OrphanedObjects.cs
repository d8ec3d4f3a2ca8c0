using System.Runtime.CompilerServices;
using Libra.Deploy.Application.Storage;
using Libra.Deploy.Domain.Deployments;
using Npgsql;

namespace Libra.Deploy.Infrastructure.Cleanup;

/// <summary>
/// Logs and results in the object store whose deployment is not in the database. A deployment's row is there before its first object, so
/// a missing one is gone, or was never in this database.
/// </summary>
internal sealed class OrphanedObjects(IObjectStore store)
{
    private const int PageSize = 500; // deployments

    private const string Known = "SELECT id FROM deploy.deployments WHERE id = ANY ($1)";

    // Where the deployment's id stands in a key: logs/{organization}/{project}/{id}/…, deployments/{id}/….
    private static readonly (string Prefix, int IdSegment)[] Places = [("logs/", 3), ("deployments/", 1)];

    /// <param name="grace">How long they stay from when their deployment was first found missing.</param>
    /// <returns>Objects and bytes removed, or to be removed by the same call without <paramref name="dryRun"/>.</returns>
    public async Task<(long Objects, long Bytes)> RemoveAsync(
        NpgsqlConnection connection, TimeSpan grace, bool dryRun, CancellationToken cancellationToken)
    {
        var (objects, bytes) = (0L, 0L);
        foreach (var (prefix, segment) in Places)
        {
            await foreach (var page in PagesAsync(prefix, segment, cancellationToken))
            {
                var known = await KnownAsync(connection, [.. page.Keys], cancellationToken);
                var due = await Orphans.DueAsync(connection, prefix, known, [.. page.Keys.Except(known)], grace, cancellationToken);
                List<ObjectInfo> orphans = [.. due.SelectMany(id => page[id])];
                if (!dryRun) await store.DeleteAsync(ObjectBucket.Logs, [.. orphans.Select(orphan => orphan.Key)], cancellationToken);
                await Orphans.ForgetAsync(connection, prefix, due, cancellationToken);
                (objects, bytes) = (objects + orphans.Count, bytes + orphans.Sum(orphan => orphan.Size));
            }
        }

        return (objects, bytes);
    }

    /// <summary>Objects by deployment.</summary>
    private async IAsyncEnumerable<Dictionary<string, List<ObjectInfo>>> PagesAsync(
        string prefix, int segment, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var page = new Dictionary<string, List<ObjectInfo>>();
        await foreach (var item in store.ListAsync(ObjectBucket.Logs, prefix, cancellationToken))
        {
            if (item.Key.Split('/') is not { } parts || parts.Length <= segment) continue;
            if (DeploymentId.TryParse(parts[segment]) is not { } id) continue;

            if (!page.TryGetValue(id.Value, out var known))
            {
                if (page.Count == PageSize)
                {
                    yield return page;
                    page = [];
                }

                page[id.Value] = known = [];
            }

            known.Add(item);
        }

        if (page.Count > 0) yield return page;
    }

    private static async Task<HashSet<string>> KnownAsync(NpgsqlConnection connection, string[] ids, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(Known, connection);
        command.Parameters.AddWithValue(ids);
        await using var rows = await command.ExecuteReaderAsync(cancellationToken);
        var known = new HashSet<string>(StringComparer.Ordinal);
        while (await rows.ReadAsync(cancellationToken)) known.Add(rows.GetString(0));
        return known;
    }
}
