using Libra.Deploy.Domain.Deployments;
using Libra.Deploy.Infrastructure.Deployments;
using Libra.Deploy.Infrastructure.Persistence;
using Npgsql;

namespace Libra.Deploy.Infrastructure.Queue;

/// <summary>
/// The statements by which deployments go from the table into Hangfire, and by which what got lost between the two comes back.
/// </summary>
/// <param name="queue">Hangfire's queue that the workers read now: a job in another one, from before a rename, is lost.</param>
internal sealed class WaitingDeployments(NpgsqlDataSource database, string queue)
{
    // Of two with the same turn the one goes first whose organization was served longer ago: by time alone, the newcomer would wait
    // for all of the other's when there is one slot.
    // What somebody holds is passed over, here and below: his transaction may wait long for a row of the platform, and all others would
    // wait with it. A few more than are wanted are looked at, to have others in their place.
    private static readonly string TakeDue =
        $"""
        WITH RECURSIVE {WaitingLine.Standings},
        next AS MATERIALIZED (
            SELECT first.id, row_number() OVER (ORDER BY running + place, last NULLS FIRST, due_at, first.id) AS turn
            FROM standing CROSS JOIN {WaitingLine.FirstOfEach("$3 + 4")} first
            WHERE running + place <= $2 ORDER BY turn LIMIT $3 + 4)
        UPDATE deploy.deployments d SET dispatched_at = $1
        FROM (
            SELECT w.id FROM next JOIN deploy.deployments w ON w.id = next.id
            WHERE {WaitingLine.Waits} ORDER BY turn LIMIT $3 FOR UPDATE OF w SKIP LOCKED) free
        WHERE d.id = free.id
        RETURNING d.id
        """;

    private const string Overdue = "started_at + settings_timeout < $1";

    private const string TakeOrphans =
        $"""
        UPDATE deploy.deployments d SET dispatched_at = $1
        FROM (
            SELECT id FROM deploy.deployments o
            WHERE status NOT IN ('pending', 'completed', 'failed', 'cancelled') AND lease_expires_at <= $1 AND ({Overdue}) IS NOT TRUE
              AND (dispatched_at IS NULL OR dispatched_at < $1 - interval '5 seconds')
              AND NOT EXISTS (
                  SELECT 1 FROM hangfire.jobqueue q
                  WHERE q.jobid::text = o.hangfire_job_id AND q.fetchedat IS NULL AND q.queue = $2)
            FOR UPDATE SKIP LOCKED) orphan
        WHERE d.id = orphan.id
        RETURNING d.id
        """;

    private const string ReturnLost =
        """
        UPDATE deploy.deployments d SET dispatched_at = NULL, hangfire_job_id = NULL
        FROM (
            SELECT id FROM deploy.deployments l
            WHERE status = 'pending' AND dispatched_at < $1 - interval '10 seconds'
              AND NOT EXISTS (
                  SELECT 1 FROM hangfire.job j
                  WHERE j.id::text = l.hangfire_job_id AND (j.statename = 'Scheduled' OR j.statename IN ('Enqueued', 'Processing')
                      AND EXISTS (SELECT 1 FROM hangfire.jobqueue q WHERE q.jobid = j.id AND q.queue = $2)))
            FOR UPDATE SKIP LOCKED) lost
        WHERE d.id = lost.id
        RETURNING d.id
        """;

    /// <summary>Marks due deployments as dispatched, fairly between organizations; the lock lets one node at a time choose.</summary>
    public async Task<IReadOnlyList<DeploymentId>> TakeDueAsync(
        DateTimeOffset now, int most, int organizationCap, CancellationToken cancellationToken)
    {
        // Two statements of one transaction: one that waited for the lock itself would choose by what it saw before the wait.
        await using var batch = database.CreateBatch();
        batch.BatchCommands.Add(new NpgsqlBatchCommand($"SELECT 1 FROM pg_advisory_xact_lock({DatabaseLocks.Dispatch})"));
        var take = new NpgsqlBatchCommand(TakeDue);
        foreach (var parameter in new object[] { now, WaitingLine.CapOf(organizationCap), most }) take.Parameters.AddWithValue(parameter);
        batch.BatchCommands.Add(take);
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        await reader.NextResultAsync(cancellationToken);
        return await IdsAsync(reader, cancellationToken);
    }

    /// <summary>
    /// Running deployments whose worker is silent, and that no waiting job will take; also of those that were put back as lost and
    /// then run by the lost job after all. Not those that are overdue.
    /// </summary>
    public Task<IReadOnlyList<DeploymentId>> TakeOrphansAsync(DateTimeOffset now, CancellationToken cancellationToken) =>
        IdsAsync(TakeOrphans, cancellationToken, now, queue);

    /// <summary>Puts back deployments whose job never was, is gone, or lies where no worker looks.</summary>
    public Task<IReadOnlyList<DeploymentId>> ReturnLostAsync(DateTimeOffset now, CancellationToken cancellationToken) =>
        IdsAsync(ReturnLost, cancellationToken, now, queue);

    /// <summary>Remembers which job carries the deployment.</summary>
    public async Task RecordJobAsync(DeploymentId id, string jobId, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand("UPDATE deploy.deployments SET hangfire_job_id = $2 WHERE id = $1");
        command.Parameters.AddWithValue(id.Value);
        command.Parameters.AddWithValue(jobId);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>Deployments that are past their whole time and that no live worker will end.</summary>
    public Task<IReadOnlyList<DeploymentId>> FindOverdueAsync(DateTimeOffset now, CancellationToken cancellationToken) =>
        IdsAsync(
            $"""
            SELECT id FROM deploy.deployments
            WHERE {DeploymentSql.Active} AND {Overdue}
              AND (lease_expires_at IS NULL OR lease_expires_at <= $1)
            """,
            cancellationToken, now);

    /// <summary>Every deployment that has not ended.</summary>
    public Task<IReadOnlyList<DeploymentId>> FindActiveAsync(CancellationToken cancellationToken) =>
        IdsAsync($"SELECT id FROM deploy.deployments WHERE {DeploymentSql.Active}", cancellationToken);

    /// <summary>When the next waiting deployment is due; null when none waits.</summary>
    public async Task<DateTimeOffset?> FindNextDueAsync(CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            $"SELECT min(due_at) FROM deploy.deployments WHERE {WaitingLine.Waits}");
        return await command.ExecuteScalarAsync(cancellationToken) is DateTime due ? new DateTimeOffset(due, TimeSpan.Zero) : null;
    }

    /// <summary>Jobs in Hangfire's queue that no worker has fetched.</summary>
    public async Task<int> CountBacklogAsync(string queue, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            "SELECT count(*)::int FROM hangfire.jobqueue WHERE queue = $1 AND fetchedat IS NULL");
        command.Parameters.AddWithValue(queue);
        return (int)(await command.ExecuteScalarAsync(cancellationToken) ?? 0);
    }

    private async Task<IReadOnlyList<DeploymentId>> IdsAsync(string sql, CancellationToken cancellationToken, params object[] parameters)
    {
        await using var command = database.CreateCommand(sql);
        foreach (var parameter in parameters) command.Parameters.AddWithValue(parameter);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        return await IdsAsync(reader, cancellationToken);
    }

    private static async Task<IReadOnlyList<DeploymentId>> IdsAsync(NpgsqlDataReader reader, CancellationToken cancellationToken)
    {
        var ids = new List<DeploymentId>();
        while (await reader.ReadAsync(cancellationToken)) ids.Add(DeploymentId.Parse(reader.GetString(0)));
        return ids;
    }
}
