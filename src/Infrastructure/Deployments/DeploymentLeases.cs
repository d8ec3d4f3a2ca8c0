using Libra.Deploy.Application.Deployments.Pipeline;
using Libra.Deploy.Domain.Deployments;
using Npgsql;

namespace Libra.Deploy.Infrastructure.Deployments;

internal sealed class DeploymentLeases(NpgsqlDataSource database) : IDeploymentLeases
{
    private const string Renew =
        $"""
        UPDATE deploy.deployments SET lease_expires_at = $4
        WHERE id = $1 AND fencing_token = $2 AND lease_owner IS NOT NULL AND lease_expires_at >= $3
          AND {DeploymentSql.Active}
        RETURNING cancel_requested_at IS NOT NULL
        """;

    public async Task<LeaseRenewal> RenewAsync(
        DeploymentId id, long token, DateTimeOffset knownEnd, DateTimeOffset newEnd, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(Renew);
        command.Parameters.AddWithValue(id.Value);
        command.Parameters.AddWithValue(token);
        command.Parameters.AddWithValue(knownEnd);
        command.Parameters.AddWithValue(newEnd);
        return await command.ExecuteScalarAsync(cancellationToken) switch
        {
            true => LeaseRenewal.CancelRequested,
            false => LeaseRenewal.Held,
            _ => LeaseRenewal.Lost,
        };
    }
}
