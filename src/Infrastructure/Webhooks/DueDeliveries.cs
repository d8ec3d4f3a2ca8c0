using Libra.Deploy.Domain.Webhooks;
using Libra.Deploy.Infrastructure.Persistence;
using Npgsql;

namespace Libra.Deploy.Infrastructure.Webhooks;

/// <summary>
/// Hands due deliveries out to the nodes, each to one of them, and few of one webhook at a time. Those of a webhook that is switched off
/// wait until it is on again, or until they are to be given up.
/// </summary>
internal sealed class DueDeliveries(NpgsqlDataSource database)
{
    private const string Claim =
        """
        WITH busy AS (
            SELECT webhook_id, count(*) AS running FROM deploy.webhook_deliveries
            WHERE due_at IS NOT NULL AND claimed_until > $1 GROUP BY webhook_id),
        due AS (
            SELECT d.id, d.due_at, COALESCE(b.running, 0) + row_number() OVER (PARTITION BY d.webhook_id ORDER BY d.due_at, d.id) AS turn
            FROM deploy.webhook_deliveries d JOIN deploy.webhooks w ON w.id = d.webhook_id LEFT JOIN busy b ON b.webhook_id = d.webhook_id
            WHERE d.due_at <= $1 AND (w.is_enabled OR d.give_up_at <= $1) AND (d.claimed_until IS NULL OR d.claimed_until <= $1))
        UPDATE deploy.webhook_deliveries d SET claimed_until = $2
        FROM (SELECT id FROM due WHERE turn <= $3 ORDER BY turn, due_at LIMIT $4) next
        WHERE d.id = next.id AND (d.claimed_until IS NULL OR d.claimed_until <= $1)
        RETURNING d.id
        """;

    // One statement that an idle service can afford each second.
    private const string AnyDue =
        """
        SELECT EXISTS (
            SELECT 1 FROM deploy.webhook_deliveries d JOIN deploy.webhooks w ON w.id = d.webhook_id
            WHERE d.due_at <= $1 AND (w.is_enabled OR d.give_up_at <= $1))
        """;

    /// <summary>
    /// Takes due deliveries. The lock lets one node at a time choose, so that two do not count the same webhook's attempts.
    /// </summary>
    /// <param name="until">When another node may take them, should this one die.</param>
    public async Task<IReadOnlyList<WebhookDeliveryId>> ClaimAsync(
        DateTimeOffset now, DateTimeOffset until, int perWebhook, int most, CancellationToken cancellationToken)
    {
        await using (var look = Command(AnyDue, now))
        {
            if (await look.ExecuteScalarAsync(cancellationToken) is not true) return [];
        }

        // Two statements of one transaction: one that waited for the lock itself would choose by what it saw before the wait.
        await using var batch = database.CreateBatch();
        batch.BatchCommands.Add(new NpgsqlBatchCommand($"SELECT 1 FROM pg_advisory_xact_lock({DatabaseLocks.WebhookDispatch})"));
        var claim = new NpgsqlBatchCommand(Claim);
        foreach (var parameter in new object[] { now, until, (long)perWebhook, (long)most }) claim.Parameters.AddWithValue(parameter);
        batch.BatchCommands.Add(claim);
        await using var rows = await batch.ExecuteReaderAsync(cancellationToken);
        await rows.NextResultAsync(cancellationToken);
        var claimed = new List<WebhookDeliveryId>();
        while (await rows.ReadAsync(cancellationToken)) claimed.Add(new WebhookDeliveryId(rows.GetGuid(0)));
        return claimed;
    }

    /// <summary>Lets go of what this node has dealt with, so that the next attempt waits for its time only.</summary>
    /// <param name="until">Of the claim: when it was over before, the delivery may be another node's by now.</param>
    public async Task ReleaseAsync(WebhookDeliveryId id, DateTimeOffset until, CancellationToken cancellationToken)
    {
        await using var release = Command(
            "UPDATE deploy.webhook_deliveries SET claimed_until = NULL WHERE id = $1 AND claimed_until = $2", id.Value, until);
        await release.ExecuteNonQueryAsync(cancellationToken);
    }

    private NpgsqlCommand Command(string sql, params object[] parameters)
    {
        var command = database.CreateCommand(sql);
        foreach (var parameter in parameters) command.Parameters.AddWithValue(parameter);
        return command;
    }
}
