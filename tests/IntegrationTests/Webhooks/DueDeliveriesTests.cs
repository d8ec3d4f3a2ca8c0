using Libra.Deploy.Domain.Webhooks;
using Libra.Deploy.Infrastructure.Persistence;
using Libra.Deploy.Infrastructure.Webhooks;
using Libra.Deploy.IntegrationTests.Persistence;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace Libra.Deploy.IntegrationTests.Webhooks;

/// <summary>Each due message goes to one node.</summary>
public sealed class DueDeliveriesTests(TestPostgres server) : IAsyncLifetime
{
    private const int PerWebhook = 100;

    private static readonly DateTimeOffset Now = new(2026, 11, 23, 12, 0, 0, TimeSpan.Zero);

    private PlatformDatabase _database = null!;

    private NpgsqlDataSource Source => _database.Services.GetRequiredService<NpgsqlDataSource>();

    public async ValueTask InitializeAsync() => _database = await PlatformDatabase.CreateAsync(server, _ => { });

    public ValueTask DisposeAsync() => _database.DisposeAsync();

    [Fact]
    public async Task Keep_OfAWebhookThatIsBeingRemoved_WaitsAndLeavesItOut()
    {
        await InsertAsync(due: 1);
        await using var scope = _database.Services.CreateAsyncScope();
        var webhooks = scope.ServiceProvider.GetRequiredService<IWebhookRepository>();
        var listed = await webhooks.ListAsync("org", TestContext.Current.CancellationToken);
        Task<IReadOnlyList<Webhook>> kept;
        await using (var connection = await Source.OpenConnectionAsync(TestContext.Current.CancellationToken))
        await using (var removal = await connection.BeginTransactionAsync(TestContext.Current.CancellationToken))
        {
            await using var remove = new NpgsqlCommand("DELETE FROM deploy.webhooks", connection);
            await remove.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
            kept = webhooks.KeepAsync(listed, TestContext.Current.CancellationToken);
            await Eventually.BecomesTrueAsync(
                async () => await _database.AskAsync<long>(
                    "SELECT count(*) FROM pg_locks WHERE NOT granted AND locktype IN ('transactionid', 'tuple')") > 0,
                Eventually.Patience, "it waits for the removal");
            await removal.CommitAsync(TestContext.Current.CancellationToken);
        }

        listed.Should().NotBeEmpty();
        (await kept).Should().BeEmpty();
    }

    [Fact]
    public async Task Claim_ByTwoNodesThatWaitForTheSameTurn_GivesEachItsOwn()
    {
        await InsertAsync(due: 10);
        Task<IReadOnlyList<WebhookDeliveryId>> first, second;
        await using (var connection = await Source.OpenConnectionAsync(TestContext.Current.CancellationToken))
        await using (var turn = await connection.BeginTransactionAsync(TestContext.Current.CancellationToken))
        {
            await using var take = new NpgsqlCommand($"SELECT pg_advisory_xact_lock({DatabaseLocks.WebhookDispatch})", connection);
            await take.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
            (first, second) = (ClaimAsync(Now.AddMinutes(1)), ClaimAsync(Now.AddMinutes(1)));
            await Eventually.BecomesTrueAsync(
                async () => await _database.AskAsync<long>(
                    """
                    SELECT count(*) FROM pg_locks
                    WHERE locktype = 'advisory' AND NOT granted AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
                    """) == 2,
                Eventually.Patience, "both wait for their turn");
        }

        var claimed = (await first).Concat(await second).ToList();

        claimed.Should().OnlyHaveUniqueItems().And.HaveCount(10);
    }

    [Fact]
    public async Task Release_WhenAnotherNodeHasTakenItSince_LeavesItToThatOne()
    {
        await InsertAsync(due: 1);
        var slow = Now.AddSeconds(30);
        var id = (await ClaimAsync(slow)).Single();
        (await ClaimAsync(Now.AddMinutes(2), now: slow)).Should().Equal(id);

        await new DueDeliveries(Source).ReleaseAsync(id, slow, TestContext.Current.CancellationToken);

        (await ClaimAsync(Now.AddMinutes(3), now: slow)).Should().BeEmpty("its claim holds");
    }

    [Fact]
    public async Task Claim_WhileTheWebhookIsSwitchedOff_WaitsUntilItIsOn()
    {
        await InsertAsync(due: 1);
        await SwitchAsync(on: false);

        (await ClaimAsync(Now.AddMinutes(1))).Should().BeEmpty();

        await SwitchAsync(on: true);
        (await ClaimAsync(Now.AddMinutes(1))).Should().ContainSingle();
    }

    [Fact]
    public async Task Claim_WhenTheWebhookStaysSwitchedOff_TakesWhatIsToBeGivenUp()
    {
        await InsertAsync(due: 1);
        await SwitchAsync(on: false);

        (await ClaimAsync(Now.AddDays(2), now: Now.AddDays(1).AddSeconds(-1))).Should().BeEmpty();
        (await ClaimAsync(Now.AddDays(2), now: Now.AddDays(1))).Should().ContainSingle();
    }

    private Task SwitchAsync(bool on) => _database.ExecuteAsync("UPDATE deploy.webhooks SET is_enabled = $1", on);

    private Task<IReadOnlyList<WebhookDeliveryId>> ClaimAsync(DateTimeOffset until, DateTimeOffset? now = null) =>
        new DueDeliveries(Source).ClaimAsync(now ?? Now, until, PerWebhook, most: 5, TestContext.Current.CancellationToken);

    private Task InsertAsync(int due) => _database.ExecuteAsync(
        """
        WITH webhook AS (
            INSERT INTO deploy.webhooks (id, organization_id, url, secret, is_enabled, created_at, updated_at, events)
            VALUES (gen_random_uuid(), 'org', 'https://receiver.test', 'unused', true, now(), now(), '{deployment.queued}') RETURNING id)
        INSERT INTO deploy.webhook_deliveries (id, webhook_id, event_name, body, status, created_at, due_at, give_up_at, attempts, round)
        SELECT gen_random_uuid(), webhook.id, 'deployment.queued', '{}', 'Pending', $1, $1, $1 + interval '1 day', '[]', 0
        FROM webhook, generate_series(1, $2)
        """,
        Now, due);
}
