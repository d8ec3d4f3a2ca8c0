using Libra.Deploy.Application.Deployments.Artifacts;
using Libra.Deploy.Infrastructure.Persistence;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace Libra.Deploy.Infrastructure.Deployments;

/// <summary>PostgreSQL's own locks of a transaction, which end with it however it ends.</summary>
internal sealed class ArtifactLocks(LibraDbContext database) : IArtifactLocks
{
    private const string Hold = $"SELECT pg_advisory_xact_lock(hashtextextended($1, {DatabaseLocks.Artifact}))";

    public Task HoldAsync(string digest, CancellationToken cancellationToken) =>
        HoldAsync((NpgsqlConnection)database.Database.GetDbConnection(), digest, cancellationToken);

    /// <summary>The same for a transaction that was begun by hand.</summary>
    public static async Task HoldAsync(NpgsqlConnection connection, string digest, CancellationToken cancellationToken)
    {
        await using var hold = new NpgsqlCommand(Hold, connection);
        hold.Parameters.AddWithValue(digest);
        await hold.ExecuteNonQueryAsync(cancellationToken);
    }
}
