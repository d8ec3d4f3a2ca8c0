using Libra.Deploy.Application.Deployments;
using Libra.Deploy.Domain.Deployments;
using Microsoft.Extensions.Options;
using Npgsql;

namespace Libra.Deploy.Infrastructure.Queue;

/// <summary>Reads a deployment's place from the same line from which the dispatcher takes.</summary>
internal sealed class QueuePlaces(NpgsqlDataSource database, IOptions<QueueOptions> options, TimeProvider clock) : IQueuePlaces
{
    // First what has been handed to a slot, then the line, then what its organization's cap holds back, last what is not due yet.
    // Of the line only what comes before is counted: of each organization those with an earlier turn, and the one with the same turn
    // where that one goes first.
    private static readonly string Find =
        $"""
        WITH RECURSIVE {WaitingLine.Standings},
        me AS (
            SELECT d.id, d.due_at, d.due_at > $1 AS later, d.dispatched_at IS NOT NULL AS handed, COALESCE(last, '-infinity') AS last,
                running + 1
                + (SELECT count(*) FROM deploy.deployments WHERE {WaitingLine.Waits} AND due_at <= $1
                    AND organization_id = d.organization_id AND priority > d.priority)
                + (SELECT count(*) FROM deploy.deployments WHERE {WaitingLine.Waits} AND due_at <= $1
                    AND organization_id = d.organization_id AND priority = d.priority AND (due_at, id) < (d.due_at, d.id)) AS turn
            FROM deploy.deployments d LEFT JOIN standing USING (organization_id)
            WHERE d.id = $3 AND d.status = 'pending'),
        before AS (
            SELECT count(*) FROM me CROSS JOIN standing
            CROSS JOIN {WaitingLine.FirstOfEach("CASE WHEN later OR handed THEN 0 ELSE GREATEST(turn - running, 0) END")} first
            WHERE running + place < turn
                OR (COALESCE(standing.last, '-infinity'), first.due_at, first.id) < (me.last, me.due_at, me.id)),
        handed AS (
            SELECT count(*) FROM me JOIN deploy.deployments d
                ON d.status = 'pending' AND d.dispatched_at IS NOT NULL AND d.due_at <= $1 AND {WaitingLine.Runs}
                AND (NOT me.handed OR (d.due_at, d.id) < (me.due_at, me.id))),
        later AS (
            SELECT count(*) FROM me JOIN deploy.deployments d
                ON me.later AND d.status = 'pending' AND ((d.due_at <= $1 AND d.dispatched_at IS NULL) OR d.due_at > $1)
                AND (d.due_at <= $1 OR (d.due_at, d.id) < (me.due_at, me.id)))
        SELECT (1 + before.count + handed.count + later.count)::int,
            CASE WHEN later THEN 3 WHEN me.handed THEN 0 WHEN turn <= $2 THEN 1 ELSE 2 END
        FROM me, before, handed, later
        """;

    public async Task<QueuePlace?> FindAsync(DeploymentId id, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(Find);
        command.Parameters.AddWithValue(clock.GetUtcNow());
        command.Parameters.AddWithValue(WaitingLine.CapOf(options.Value.MaxRunningPerOrganization));
        command.Parameters.AddWithValue(id.Value);
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        return await row.ReadAsync(cancellationToken) ? new QueuePlace(row.GetInt32(0), WaitsFor(row.GetInt32(1))) : null;
    }

    private static string WaitsFor(int rank) => rank switch
    {
        2 => "organization",
        3 => "retry",
        _ => "slot",
    };
}
