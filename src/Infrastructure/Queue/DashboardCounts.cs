using Libra.Deploy.Infrastructure.Deployments;
using Npgsql;

namespace Libra.Deploy.Infrastructure.Queue;

/// <summary>The two figures of the dashboard's top bar, each one count in a partial index; Hangfire asks for them synchronously.</summary>
public sealed class DashboardCounts(NpgsqlDataSource database)
{
    /// <summary>Dead letters that wait for an operator.</summary>
    public long DeadLetters() => Count("SELECT count(*) FROM deploy.dead_letters WHERE resolved_at IS NULL");

    /// <summary>Deployments that have not ended.</summary>
    public long Active() => Count($"SELECT count(*) FROM deploy.deployments WHERE {DeploymentSql.Active}");

    private long Count(string sql)
    {
        using var command = database.CreateCommand(sql);
        return (long)(command.ExecuteScalar() ?? 0L);
    }
}
