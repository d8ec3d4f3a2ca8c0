using Libra.Deploy.Application.Deployments.Cleanup;
using Libra.Deploy.Application.Deployments.Logs;
using Libra.Deploy.Domain.Deployments;
using Libra.Deploy.Infrastructure.Deployments;
using Libra.Deploy.Infrastructure.Persistence;
using Npgsql;
using NpgsqlTypes;

namespace Libra.Deploy.Infrastructure.Cleanup;

/// <summary>
/// A run on one connection, which holds the lock. A dry run does the same statements inside one transaction and undoes them, so that
/// it cannot tell anything else than the real run would do.
/// </summary>
internal sealed class CleanupRun(
    NpgsqlConnection connection, CleanupRules rules, NpgsqlTransaction? rehearsal, OrphanedObjects objects, OrphanedArtifacts artifacts)
    : ICleanupRun
{
    private const int PageSize = 200;
    private const int PatienceSeconds = 600; // counting what stays looks at every old row, and there may be millions

    private const string Old =
        "d.completed_at < $1 AND d.status IN ('completed', 'failed', 'cancelled') AND ($2::text[] IS NULL OR d.organization_id = ANY ($2))";

    private const string ProjectExists = "EXISTS (SELECT 1 FROM public.project p WHERE p.id = d.project_id)";

    private const string IsLive =
        $"""
        (d.status = 'completed' AND NOT EXISTS (
            SELECT 1 FROM deploy.deployments n
            WHERE n.project_id = d.project_id AND n.status = 'completed' AND (n.created_at, n.id) > (d.created_at, d.id))
            AND {ProjectExists})
        """;

    private const string IsRecent =
        $"""
        ((SELECT count(*) FROM (
            SELECT 1 FROM deploy.deployments n
            WHERE n.project_id = d.project_id AND (n.created_at, n.id) > (d.created_at, d.id) LIMIT $3) newer) < $3
            AND {ProjectExists})
        """;

    private const string Page =
        $"""
         SELECT d.id, d.organization_id, d.project_id, d.completed_at FROM deploy.deployments d
         WHERE {Old} AND (d.completed_at, d.id) > ($4, $5) AND NOT {IsLive} AND NOT {IsRecent}
           AND NOT EXISTS (SELECT 1 FROM deploy.dead_letters l WHERE l.deployment_id = d.id AND l.resolved_at IS NULL)
         ORDER BY d.completed_at, d.id LIMIT $6
         """;

    private const string Kept =
        $"SELECT count(*) FILTER (WHERE {IsLive}), count(*) FILTER (WHERE NOT {IsLive} AND {IsRecent}) "
        + $"FROM deploy.deployments d WHERE {Old}";

    private const string Remove =
        """
        WITH gone AS (DELETE FROM deploy.deployments WHERE id = ANY ($1) RETURNING artifact_digest, artifact_size, project_id)
        INSERT INTO deploy.released_artifacts (digest, project_id, size, released_at)
        SELECT DISTINCT ON (artifact_digest) artifact_digest, project_id, COALESCE(artifact_size, 0), now()
        FROM gone WHERE artifact_digest IS NOT NULL
        ON CONFLICT (digest) DO UPDATE SET project_id = excluded.project_id, released_at = excluded.released_at
        """;

    private const string TrimSources =
        """
        WITH stored AS (
            SELECT s.deployment_id, d.completed_at IS NOT NULL AS ended,
                COALESCE(octet_length(s.init_files), 0) + COALESCE(octet_length(s.history_messages), 0) AS size,
                sum(COALESCE(octet_length(s.init_files), 0) + COALESCE(octet_length(s.history_messages), 0))
                    OVER (PARTITION BY d.organization_id ORDER BY d.created_at DESC, d.id DESC) AS reached
            FROM deploy.deployment_sources s JOIN deploy.deployments d ON d.id = s.deployment_id
            WHERE $2::text[] IS NULL OR d.organization_id = ANY ($2)),
        gone AS (
            DELETE FROM deploy.deployment_sources s USING stored
            WHERE stored.deployment_id = s.deployment_id AND stored.ended AND stored.reached > $1
              AND NOT EXISTS (
                  SELECT 1 FROM deploy.dead_letters l WHERE l.deployment_id = s.deployment_id AND l.resolved_at IS NULL)
            RETURNING stored.size)
        SELECT COALESCE(sum(size), 0)::bigint FROM gone
        """;

    private const string Released =
        "SELECT digest, project_id, size FROM deploy.released_artifacts "
        + "WHERE released_at <= now() - $1 AND digest > $2 ORDER BY digest LIMIT $3";

    private const string Standing =
        $"""
        SELECT EXISTS (SELECT 1 FROM deploy.deployments WHERE artifact_digest = $1),
               EXISTS (SELECT 1 FROM deploy.deployments WHERE project_id = $2 AND {DeploymentSql.Active})
        """;

    private DateTimeOffset _reachedTime = DateTimeOffset.MinValue;
    private string _reachedId = string.Empty;

    public async Task<KeptDeployments> CountKeptAsync(CancellationToken cancellationToken)
    {
        await using var command = Filtered(Kept);
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        await row.ReadAsync(cancellationToken);
        return new KeptDeployments(row.GetInt64(0), row.GetInt64(1));
    }

    public async Task<(long Objects, long Bytes)> RemoveOrphansAsync(CancellationToken cancellationToken)
    {
        if (rules.Visible.Only is not null || await IsEmptyAsync(cancellationToken)) return (0, 0);

        await artifacts.ReleaseAsync(connection, rules.OrphanGrace, cancellationToken);
        return await objects.RemoveAsync(connection, rules.OrphanGrace, rules.DryRun, cancellationToken);
    }

    public async Task<IReadOnlyList<LogSubject>> NextAsync(CancellationToken cancellationToken)
    {
        await using var command = Filtered(Page);
        command.Parameters.AddWithValue(_reachedTime);
        command.Parameters.AddWithValue(_reachedId);
        command.Parameters.AddWithValue(PageSize);
        await using var rows = await command.ExecuteReaderAsync(cancellationToken);
        var page = new List<LogSubject>();
        while (await rows.ReadAsync(cancellationToken))
        {
            page.Add(new LogSubject(DeploymentId.Parse(rows.GetString(0)), rows.GetString(1), rows.GetString(2)));
            (_reachedTime, _reachedId) = (rows.GetFieldValue<DateTimeOffset>(3), rows.GetString(0));
        }

        return page;
    }

    public async Task RemoveAsync(IReadOnlyList<LogSubject> deployments, CancellationToken cancellationToken)
    {
        object ids = deployments.Select(subject => subject.DeploymentId.Value).ToArray(); // one parameter, not one each
        await using var command = Command(Remove, ids);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    public async Task<long> TrimSourcesAsync(CancellationToken cancellationToken)
    {
        await using var command = Command(TrimSources, rules.SourceBytes);
        command.Parameters.Add(VisibleOrganizations());
        return (long)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    public async Task ReleaseArtifactsAsync(Func<UnusedArtifact, Task> remove, CancellationToken cancellationToken)
    {
        if (rules.Visible.Only is not null) return; // an artifact belongs to nobody, so only who sees all may weigh it

        var reached = string.Empty;
        while (await ReleasedBehindAsync(reached, cancellationToken) is { Count: > 0 } page)
        {
            foreach (var (artifact, project) in page) await ReleaseAsync(artifact, project, remove, cancellationToken);
            reached = page[^1].Artifact.Digest;
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (rehearsal is not null) await rehearsal.DisposeAsync();
        if (connection.State == System.Data.ConnectionState.Open)
        {
            // The pool would give the lock back only when the connection is used again.
            await using var unlock = new NpgsqlCommand($"SELECT pg_advisory_unlock({DatabaseLocks.Cleanup})", connection);
            await unlock.ExecuteNonQueryAsync(CancellationToken.None);
        }

        await connection.DisposeAsync();
    }

    private async Task<List<(UnusedArtifact Artifact, string ProjectId)>> ReleasedBehindAsync(
        string digest, CancellationToken cancellationToken)
    {
        await using var command = Command(Released, rules.ArtifactGrace, digest, PageSize);
        await using var rows = await command.ExecuteReaderAsync(cancellationToken);
        var page = new List<(UnusedArtifact, string)>();
        while (await rows.ReadAsync(cancellationToken))
            page.Add((new UnusedArtifact(rows.GetString(0), rows.GetInt64(2)), rows.GetString(1)));
        return page;
    }

    private async Task ReleaseAsync(
        UnusedArtifact artifact, string projectId, Func<UnusedArtifact, Task> remove, CancellationToken cancellationToken)
    {
        await using var transaction = rehearsal is null ? await connection.BeginTransactionAsync(cancellationToken) : null;
        // Holds the door through which a deployment of the project would come, and then the artifact itself, which any project may build
        // at this moment; a rehearsal harms nothing and holds nobody up.
        if (transaction is not null)
        {
            await ExecuteAsync("SELECT 1 FROM public.project WHERE id = $1 FOR UPDATE", projectId, cancellationToken);
            await ArtifactLocks.HoldAsync(connection, artifact.Digest, cancellationToken);
        }

        var (used, busy) = await UseOfAsync(artifact.Digest, projectId, cancellationToken);
        if (busy) return; // it may be about to take the artifact up; the next run asks again

        if (!used) await remove(artifact);
        await ExecuteAsync("DELETE FROM deploy.released_artifacts WHERE digest = $1", artifact.Digest, cancellationToken);
        if (transaction is not null) await transaction.CommitAsync(cancellationToken);
    }

    // A database without any deployment beside a full bucket is rather the wrong one.
    private async Task<bool> IsEmptyAsync(CancellationToken cancellationToken)
    {
        await using var command = Command("SELECT NOT EXISTS (SELECT 1 FROM deploy.deployments)");
        return (bool)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    private async Task<(bool Used, bool Busy)> UseOfAsync(string digest, string projectId, CancellationToken cancellationToken)
    {
        await using var command = Command(Standing, digest, projectId);
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        await row.ReadAsync(cancellationToken);
        return (row.GetBoolean(0), row.GetBoolean(1));
    }

    private async Task ExecuteAsync(string sql, string parameter, CancellationToken cancellationToken)
    {
        await using var command = Command(sql, parameter);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private NpgsqlCommand Filtered(string sql)
    {
        var command = Command(sql, rules.EndedBefore);
        command.Parameters.Add(VisibleOrganizations());
        command.Parameters.AddWithValue(rules.KeepPerProject);
        return command;
    }

    private NpgsqlParameter VisibleOrganizations() => new()
    {
        NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Text,
        Value = rules.Visible.Only is { } organizations ? organizations.ToArray() : DBNull.Value,
    };

    private NpgsqlCommand Command(string sql, params object[] parameters)
    {
        var command = new NpgsqlCommand(sql, connection) { CommandTimeout = PatienceSeconds };
        foreach (var parameter in parameters) command.Parameters.AddWithValue(parameter);
        return command;
    }
}
