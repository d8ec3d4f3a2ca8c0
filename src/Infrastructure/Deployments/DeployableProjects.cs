using Libra.Deploy.Application.Deployments;
using Libra.Deploy.Domain.Deployments;
using Libra.Deploy.Infrastructure.Persistence;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace Libra.Deploy.Infrastructure.Deployments;

/// <summary>Reads a project and its active deployment in one round trip: every request to deploy waits for it.</summary>
internal sealed class DeployableProjects(LibraDbContext database) : IDeployableProjects
{
    // The row is the platform's, and an empty text is no domain.
    private const string Hold =
        "SELECT organization_id, is_active, NULLIF(custom_domain, '') FROM public.project WHERE id = $1 FOR UPDATE";

    // A statement of its own: what the first one waited for is seen only by one that begins after it.
    private const string FindActive =
        $"""
        SELECT id, status FROM deploy.deployments
        WHERE project_id = $1 AND {DeploymentSql.Active}
        """;

    private const string FindLast = "SELECT max(created_at) FROM deploy.deployments WHERE project_id = $1";

    public async Task<DeployableProject?> HoldAsync(string id, CancellationToken cancellationToken)
    {
        await using var batch = new NpgsqlBatch((NpgsqlConnection)database.Database.GetDbConnection())
        {
            BatchCommands = { About(id, Hold), About(id, FindActive), About(id, FindLast) },
        };
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        if (!await reader.ReadAsync(cancellationToken)) return null;

        var (organization, isActive) = (reader.GetString(0), reader.GetBoolean(1));
        var domain = await reader.IsDBNullAsync(2, cancellationToken) ? null : reader.GetString(2);
        await reader.NextResultAsync(cancellationToken);
        var active = await reader.ReadAsync(cancellationToken)
            ? new ActiveDeployment(DeploymentId.Parse(reader.GetString(0)), DeploymentStatuses.FromWireName(reader.GetString(1))!.Value)
            : null;
        await reader.NextResultAsync(cancellationToken);
        await reader.ReadAsync(cancellationToken);
        var last = await reader.IsDBNullAsync(0, cancellationToken)
            ? (DateTimeOffset?)null
            : await reader.GetFieldValueAsync<DateTimeOffset>(0, cancellationToken);
        return new DeployableProject(id, organization, isActive, domain, active) { LastAcceptedAt = last };
    }

    private static NpgsqlBatchCommand About(string id, string sql) => new(sql) { Parameters = { PendingStatements.Of(id) } };
}
