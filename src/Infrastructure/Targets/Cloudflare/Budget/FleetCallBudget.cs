using ErrorOr;
using Libra.Deploy.Infrastructure.Targets.Cloudflare.Api;
using Npgsql;

namespace Libra.Deploy.Infrastructure.Targets.Cloudflare.Budget;

/// <summary>
/// The call budget in PostgreSQL, by the database's clock. A fifth of the calls may come at once and the rest refill evenly, so that
/// no five minutes see more than the limit; a tenth of the bucket is kept for interactive calls.
/// </summary>
internal sealed class FleetCallBudget(CloudflareOptions options, NpgsqlDataSource database, TimeProvider clock) : ICallBudget
{
    private const string BudgetName = "cloudflare";
    private const double BurstShare = 0.2;
    private const double InteractiveShare = 0.1;
    private static readonly TimeSpan Window = TimeSpan.FromMinutes(5);

    // One statement, so that two nodes never take the same token: the row is locked from the conflict to the commit.
    private const string Take =
        """
        WITH taken AS (
            INSERT INTO deploy.call_budgets AS b (name, tokens, refilled_at, blocked_until)
            VALUES ($1, $2 - 1, clock_timestamp(), 'epoch')
            ON CONFLICT (name) DO UPDATE
            SET tokens = least($2, b.tokens + $3 * extract(epoch FROM clock_timestamp() - b.refilled_at)) - 1,
                refilled_at = clock_timestamp()
            WHERE b.blocked_until <= clock_timestamp()
              AND least($2, b.tokens + $3 * extract(epoch FROM clock_timestamp() - b.refilled_at)) >= 1 + $4
            RETURNING 1)
        SELECT CASE WHEN EXISTS (SELECT FROM taken) THEN 0 ELSE coalesce((
            SELECT greatest(
                extract(epoch FROM b.blocked_until - clock_timestamp()),
                (1 + $4 - b.tokens) / $3 - extract(epoch FROM clock_timestamp() - b.refilled_at), 0.05)
            FROM deploy.call_budgets b WHERE b.name = $1), 0.05) END::double precision
        """;

    private const string Pause =
        """
        UPDATE deploy.call_budgets
        SET tokens = 0, refilled_at = clock_timestamp(), blocked_until = greatest(blocked_until, clock_timestamp() + $2)
        WHERE name = $1
        """;

    public async Task<ErrorOr<Success>> TakeAsync(bool interactive, CancellationToken cancellationToken)
    {
        for (var waited = TimeSpan.Zero; ;)
        {
            var wait = await TryTakeAsync(interactive, cancellationToken);
            if (wait == TimeSpan.Zero) return Result.Success;
            if (waited + wait > options.BudgetPatience) return CloudflareErrors.NoCallsLeft(wait);
            await Task.Delay(wait, clock, cancellationToken);
            waited += wait;
        }
    }

    public async Task PauseAsync(TimeSpan pause, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(Pause);
        command.Parameters.AddWithValue(BudgetName);
        command.Parameters.AddWithValue(pause);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private async Task<TimeSpan> TryTakeAsync(bool interactive, CancellationToken cancellationToken)
    {
        var capacity = Math.Max(2, options.CallsPerFiveMinutes * BurstShare);
        await using var command = database.CreateCommand(Take);
        command.Parameters.AddWithValue(BudgetName);
        command.Parameters.AddWithValue(capacity);
        command.Parameters.AddWithValue((options.CallsPerFiveMinutes - capacity) / Window.TotalSeconds);
        command.Parameters.AddWithValue(interactive ? 0.0 : capacity * InteractiveShare);
        return TimeSpan.FromSeconds((double)(await command.ExecuteScalarAsync(cancellationToken))!);
    }
}
