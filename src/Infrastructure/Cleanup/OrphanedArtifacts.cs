using Libra.Deploy.Application.Storage;
using Libra.Deploy.Infrastructure.Artifacts;
using Npgsql;

namespace Libra.Deploy.Infrastructure.Cleanup;

/// <summary>
/// Artifacts that no row names. A row that goes, or names another, leaves its digest behind; what is here came after the backup that the
/// database was restored from.
/// </summary>
internal sealed class OrphanedArtifacts(IObjectStore store)
{
    private const int PageSize = 1000;

    // Removed like any other that was released, under the locks of who may take it up at that moment, but only when the grace time has
    // passed from now on, the first time that nobody names it: on a wrong or old database everything is an orphan, and old.
    private const string Release =
        """
        INSERT INTO deploy.released_artifacts (digest, project_id, size, released_at)
        SELECT stored.digest, '', stored.size, now() + $3 FROM unnest($1::text[], $2::bigint[]) AS stored (digest, size)
        WHERE NOT EXISTS (SELECT 1 FROM deploy.deployments d WHERE d.artifact_digest = stored.digest)
        ON CONFLICT (digest) DO NOTHING
        """;

    public async Task ReleaseAsync(NpgsqlConnection connection, TimeSpan grace, CancellationToken cancellationToken)
    {
        var stored = store.ListAsync(ObjectBucket.Artifacts, ArtifactStore.Folder, cancellationToken)
            .Select(item => (Digest: ArtifactStore.DigestOf(item.Key), item.Size))
            .Where(item => item.Digest is not null);
        await foreach (var page in stored.Chunk(PageSize).WithCancellation(cancellationToken))
        {
            await using var command = new NpgsqlCommand(Release, connection);
            command.Parameters.AddWithValue(page.Select(item => item.Digest!).ToArray());
            command.Parameters.AddWithValue(page.Select(item => item.Size).ToArray());
            command.Parameters.AddWithValue(grace);
            await command.ExecuteNonQueryAsync(cancellationToken);
        }
    }
}
