using Libra.Deploy.Application.Deployments;
using Libra.Deploy.Application.Deployments.Archive;
using Libra.Deploy.Application.Deployments.Logs;
using Libra.Deploy.Domain.Deployments;
using Npgsql;

namespace Libra.Deploy.Infrastructure.Deployments;

internal sealed class ArchivedDeployments(NpgsqlDataSource database, TimeProvider clock) : IArchivedDeployments
{
    private const string Mark = "UPDATE deploy.deployments SET archived_at = $2 WHERE id = $1 AND archived_at IS NULL";

    private const string FindLeft =
        """
        SELECT id, organization_id, project_id FROM deploy.deployments
        WHERE completed_at < $1 AND archived_at IS NULL ORDER BY random() LIMIT $2
        """;

    public async Task MarkAsync(DeploymentId id, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(Mark);
        command.Parameters.AddWithValue(id.Value);
        command.Parameters.AddWithValue(clock.GetUtcNow());
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    public async Task<IReadOnlyList<LogSubject>> FindLeftAsync(DateTimeOffset endedBefore, int most, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(FindLeft);
        command.Parameters.AddWithValue(endedBefore);
        command.Parameters.AddWithValue(most);
        await using var rows = await command.ExecuteReaderAsync(cancellationToken);
        var left = new List<LogSubject>();
        while (await rows.ReadAsync(cancellationToken))
            left.Add(new LogSubject(DeploymentId.Parse(rows.GetString(0)), rows.GetString(1), rows.GetString(2)));
        return left;
    }
}
