using Libra.Deploy.Application.Deployments;
using Libra.Deploy.Domain.Deployments;
using Microsoft.Extensions.Options;
using Npgsql;

namespace Libra.Deploy.Infrastructure.Queue;

/// <summary>Reads a deployment's place from the same line from which the dispatcher takes.</summary>
internal sealed class QueuePlaces(NpgsqlDataSource database, IOptions<QueueOptions> options, TimeProvider clock) : IQueuePlaces
{
    // First what has been handed to a slot, then the line, then what its organization's cap holds back, last what is not due yet.
    private const string Find =
        $"""
        WITH {WaitingLine.Sql},
        everyone AS (
            SELECT id, due_at, turn, last, CASE WHEN turn <= $2 THEN 1 ELSE 2 END AS rank FROM line
            UNION ALL
            SELECT id, due_at, 0, NULL, CASE WHEN due_at <= $1 THEN 0 ELSE 3 END FROM deploy.deployments
            WHERE status = 'pending' AND (dispatched_at IS NOT NULL OR due_at > $1)),
        places AS (SELECT id, rank, row_number() OVER (ORDER BY rank, {WaitingLine.Order}) AS position FROM everyone)
        SELECT position::int, rank FROM places WHERE id = $3
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
