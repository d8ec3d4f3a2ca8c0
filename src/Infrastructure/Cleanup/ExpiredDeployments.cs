using Libra.Deploy.Application.Deployments.Cleanup;
using Libra.Deploy.Infrastructure.Persistence;
using Npgsql;

namespace Libra.Deploy.Infrastructure.Cleanup;

internal sealed class ExpiredDeployments(NpgsqlDataSource database, OrphanedObjects objects, OrphanedArtifacts artifacts)
    : IExpiredDeployments
{
    // Of the session: PostgreSQL itself gives it back when the node dies.
    private const string Lock = $"SELECT pg_try_advisory_lock({DatabaseLocks.Cleanup})";

    public async Task<ICleanupRun?> BeginAsync(CleanupRules rules, CancellationToken cancellationToken)
    {
        var connection = await database.OpenConnectionAsync(cancellationToken);
        try
        {
            await using var claim = new NpgsqlCommand(Lock, connection);
            if (await claim.ExecuteScalarAsync(cancellationToken) is true)
            {
                var rehearsal = rules.DryRun ? await connection.BeginTransactionAsync(cancellationToken) : null;
                return new CleanupRun(connection, rules, rehearsal, objects, artifacts);
            }
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }

        await connection.DisposeAsync();
        return null;
    }
}
