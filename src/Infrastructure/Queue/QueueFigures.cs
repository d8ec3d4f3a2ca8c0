using Libra.Deploy.Application.Common;
using Libra.Deploy.Application.Deployments;
using Libra.Deploy.Application.Queue;
using Libra.Deploy.Infrastructure.Deployments;
using Microsoft.Extensions.Options;
using Npgsql;
using NpgsqlTypes;

namespace Libra.Deploy.Infrastructure.Queue;

/// <summary>
/// Counts from the tables, so that all nodes say the same. What is active and what ended lately is read by partial indexes; the
/// totals come from the counts that are kept as deployments end.
/// </summary>
internal sealed class QueueFigures(
    NpgsqlDataSource database, IOptions<QueueOptions> queue, IOptions<DeploymentOptions> deployments, TimeProvider clock) : IQueueFigures
{
    private const int ThroughputMinutes = 5;

    private const string Visible = "($1::text[] IS NULL OR organization_id = ANY ($1))";

    private const string Active =
        $"""
        SELECT count(*) FILTER (WHERE status = 'pending' AND due_at <= $2), count(*) FILTER (WHERE status = 'pending' AND due_at > $2),
               count(*) FILTER (WHERE status <> 'pending'), min(due_at) FILTER (WHERE status = 'pending' AND due_at <= $2)
        FROM deploy.deployments WHERE {DeploymentSql.Active} AND {Visible}
        """;

    private const string Ended =
        $"""
        SELECT (SELECT COALESCE(sum(count), 0)::bigint FROM deploy.deployment_counts WHERE status = 'completed' AND {Visible}),
               (SELECT COALESCE(sum(count), 0)::bigint FROM deploy.deployment_counts WHERE status = 'failed' AND {Visible}),
               (SELECT count(*) FROM deploy.deployments WHERE completed_at > $2 AND {Visible})
        """;

    private const string Nodes =
        $"""
        SELECT regexp_replace(s.id, ':[^:]*:[^:]*$', ''), (s.data::jsonb ->> 'WorkerCount')::int, s.lastheartbeat,
               (SELECT count(*)::int FROM deploy.deployments d
                WHERE {WaitingLine.Runs}
                  AND lower(d.lease_owner) = lower(regexp_replace(s.id, ':[^:]*:[^:]*$', '')))
        FROM hangfire.server s WHERE {LivingWorkers.Condition} ORDER BY s.id
        """;

    private const string Letters =
        $"SELECT count(*), min(created_at) FROM deploy.dead_letters WHERE resolved_at IS NULL AND {Visible}";

    public async Task<QueueStatus> ReadAsync(OrganizationFilter visible, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        var (waiting, active) = await RowAsync(
            Active, visible, now,
            row => (
                row.IsDBNull(3) ? (TimeSpan?)null : now - row.GetFieldValue<DateTimeOffset>(3),
                (row.GetInt64(0), row.GetInt64(1), row.GetInt64(2))),
            cancellationToken);
        var ended = await RowAsync(
            Ended, visible, now - TimeSpan.FromMinutes(ThroughputMinutes),
            row => (Succeeded: row.GetInt64(0), Failed: row.GetInt64(1), Lately: row.GetInt64(2)),
            cancellationToken);
        var (enqueued, scheduled, processing) = active;
        return new QueueStatus(
            queue.Value.QueueName, enqueued, scheduled, processing, ended.Succeeded, ended.Failed, waiting,
            visible.Only is null ? await NodesAsync(cancellationToken) : [],
            new QueueLimits(
                queue.Value.MaxConcurrentDeployments, queue.Value.MaxBatchSize, queue.Value.MaxBatchTimeout, deployments.Value.MaxRetries),
            (double)ended.Lately / ThroughputMinutes,
            await LettersAsync(visible, cancellationToken));
    }

    private Task<DeadLetterQueue> LettersAsync(OrganizationFilter visible, CancellationToken cancellationToken) => RowAsync(
        Letters, visible, null,
        row => new DeadLetterQueue(
            queue.Value.DeadLetterQueueName, row.GetInt64(0), row.IsDBNull(1) ? null : row.GetFieldValue<DateTimeOffset>(1)),
        cancellationToken);

    private async Task<IReadOnlyList<WorkerNode>> NodesAsync(CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(Nodes);
        command.Parameters.AddWithValue(queue.Value.QueueName);
        await using var rows = await command.ExecuteReaderAsync(cancellationToken);
        var nodes = new List<WorkerNode>();
        while (await rows.ReadAsync(cancellationToken))
            nodes.Add(new WorkerNode(rows.GetString(0), rows.GetInt32(1), rows.GetInt32(3), rows.GetFieldValue<DateTimeOffset>(2)));
        return nodes;
    }

    private async Task<T> RowAsync<T>(
        string sql, OrganizationFilter visible, DateTimeOffset? since, Func<NpgsqlDataReader, T> read, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(sql);
        command.Parameters.Add(new NpgsqlParameter
        {
            NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Text,
            Value = visible.Only is { } organizations ? organizations.ToArray() : DBNull.Value,
        });
        if (since is { } time) command.Parameters.AddWithValue(time);
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        await row.ReadAsync(cancellationToken);
        return read(row);
    }
}
