using Libra.Deploy.Application.Common;
using Libra.Deploy.Application.Deployments;
using Libra.Deploy.Application.Deployments.Figures;
using Libra.Deploy.Domain.Deployments;
using Libra.Deploy.Infrastructure.Persistence;
using Microsoft.EntityFrameworkCore;
using Npgsql;
using NpgsqlTypes;
using static Libra.Deploy.Infrastructure.Persistence.PendingStatements;

namespace Libra.Deploy.Infrastructure.Deployments;

internal sealed class DeploymentFigureQueries(PendingStatements pending, NpgsqlDataSource source, TimeProvider clock) : IDeploymentFigures
{
    private const string ByStatus =
        $"""
        SELECT status, sum(count)::bigint FROM deploy.deployment_counts
        WHERE $1::text[] IS NULL OR organization_id = ANY ($1) GROUP BY status
        UNION ALL
        SELECT status, count(*) FROM deploy.deployments
        WHERE {DeploymentSql.Active} AND ($1::text[] IS NULL OR organization_id = ANY ($1)) GROUP BY status
        """;

    private const string Day =
        """
        SELECT count(*) FILTER (WHERE status = 'completed'), count(*) FILTER (WHERE status = 'failed'),
               percentile_cont(0.5) WITHIN GROUP (ORDER BY completed_at - started_at) FILTER (WHERE status = 'completed'),
               percentile_cont(0.95) WITHIN GROUP (ORDER BY completed_at - started_at) FILTER (WHERE status = 'completed')
        FROM deploy.deployments WHERE completed_at >= $2 AND ($1::text[] IS NULL OR organization_id = ANY ($1))
        """;

    public void Count(string organizationId, DeploymentStatus ended) => pending.Add(
        """
        INSERT INTO deploy.deployment_counts AS c (organization_id, status, count) VALUES ($1, $2, 1)
        ON CONFLICT (organization_id, status) DO UPDATE SET count = c.count + 1
        """,
        Of(organizationId), Of(ended.WireName()));

    public async Task<DeploymentFigures> ReadAsync(OrganizationFilter visible, CancellationToken cancellationToken) =>
        new(await StatusesAsync(visible, cancellationToken), await LastDayAsync(visible, cancellationToken));

    private async Task<IReadOnlyDictionary<DeploymentStatus, long>> StatusesAsync(
        OrganizationFilter visible, CancellationToken cancellationToken)
    {
        await using var command = CommandFor(ByStatus, visible);
        await using var rows = await command.ExecuteReaderAsync(cancellationToken);
        var counts = new Dictionary<DeploymentStatus, long>();
        while (await rows.ReadAsync(cancellationToken))
        {
            if (DeploymentStatuses.FromWireName(rows.GetString(0)) is { } status) counts[status] = rows.GetInt64(1);
        }

        return counts;
    }

    private async Task<DayFigures> LastDayAsync(OrganizationFilter visible, CancellationToken cancellationToken)
    {
        await using var command = CommandFor(Day, visible);
        command.Parameters.AddWithValue(clock.GetUtcNow() - TimeSpan.FromDays(1));
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        await row.ReadAsync(cancellationToken);
        return new DayFigures(row.GetInt64(0), row.GetInt64(1), TimeAt(row, 2), TimeAt(row, 3));
    }

    private NpgsqlCommand CommandFor(string sql, OrganizationFilter visible)
    {
        var command = source.CreateCommand(sql);
        command.Parameters.Add(new NpgsqlParameter
        {
            NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Text,
            Value = visible.Only is { } organizations ? organizations.ToArray() : DBNull.Value,
        });
        return command;
    }

    private static TimeSpan? TimeAt(NpgsqlDataReader row, int column) => row.IsDBNull(column) ? null : row.GetTimeSpan(column);
}
