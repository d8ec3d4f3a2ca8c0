using System.Runtime.CompilerServices;
using Libra.Deploy.Application.Storage;
using Libra.Deploy.Domain.Deployments;
using Npgsql;

namespace Libra.Deploy.Infrastructure.Cleanup;

/// <summary>
/// Logs and results in the object store whose deployment is not in the database. A deployment's row is there before its first object, so
/// a missing one is gone.
/// </summary>
internal sealed class OrphanedObjects(IObjectStore store, TimeProvider clock)
{
    private const int PageSize = 500; // deployments

    private const string Gone =
        "SELECT id FROM unnest($1::text[]) id WHERE NOT EXISTS (SELECT 1 FROM deploy.deployments d WHERE d.id = id.id)";

    // Where the deployment's id stands in a key: logs/{organization}/{project}/{id}/…, deployments/{id}/….
    private static readonly (string Prefix, int IdSegment)[] Places = [("logs/", 3), ("deployments/", 1)];

    /// <returns>Objects and bytes removed, or to be removed by the same call without <paramref name="dryRun"/>.</returns>
    public async Task<(long Objects, long Bytes)> RemoveAsync(
        NpgsqlConnection connection, TimeSpan grace, bool dryRun, CancellationToken cancellationToken)
    {
        var (objects, bytes) = (0L, 0L);
        var before = clock.GetUtcNow() - grace;
        foreach (var (prefix, segment) in Places)
        {
            await foreach (var page in PagesAsync(prefix, segment, before, cancellationToken))
            {
                var gone = await GoneAsync(connection, [.. page.Keys], cancellationToken);
                List<ObjectInfo> orphans = [.. gone.SelectMany(id => page[id])];
                if (!dryRun) await store.DeleteAsync(ObjectBucket.Logs, [.. orphans.Select(orphan => orphan.Key)], cancellationToken);
                (objects, bytes) = (objects + orphans.Count, bytes + orphans.Sum(orphan => orphan.Size));
            }
        }

        return (objects, bytes);
    }

    /// <summary>Objects past the grace time, by deployment.</summary>
    private async IAsyncEnumerable<Dictionary<string, List<ObjectInfo>>> PagesAsync(
        string prefix, int segment, DateTimeOffset before, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var page = new Dictionary<string, List<ObjectInfo>>();
        await foreach (var item in store.ListAsync(ObjectBucket.Logs, prefix, cancellationToken))
        {
            if (item.LastModified > before || item.Key.Split('/') is not { } parts || parts.Length <= segment) continue;
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

    private static async Task<List<string>> GoneAsync(NpgsqlConnection connection, string[] ids, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(Gone, connection);
        command.Parameters.AddWithValue(ids);
        await using var rows = await command.ExecuteReaderAsync(cancellationToken);
        var gone = new List<string>();
        while (await rows.ReadAsync(cancellationToken)) gone.Add(rows.GetString(0));
        return gone;
    }
}
