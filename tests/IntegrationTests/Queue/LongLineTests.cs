using Libra.Deploy.Domain.Deployments;
using Libra.Deploy.Infrastructure.Queue;
using Libra.Deploy.IntegrationTests.Persistence;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using Npgsql;

namespace Libra.Deploy.IntegrationTests.Queue;

/// <summary>
/// Each slot that gets free takes from the line, and each client that waits asks where it stands: neither may read all who wait.
/// PostgreSQL itself counts what was read.
/// </summary>
public sealed class LongLineTests(TestPostgres server) : IAsyncLifetime
{
    private const int Waiting = 20_000;
    private const int Organizations = 40;
    private const int SmallPart = 1_000;
    private static readonly DateTimeOffset Now = new(2026, 11, 30, 12, 0, 0, TimeSpan.Zero);

    private PlatformDatabase _database = null!;
    private NpgsqlDataSource _session = null!;

    public async ValueTask InitializeAsync()
    {
        _database = await PlatformDatabase.CreateAsync(server, _ => { });
        _session = NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(_database.ConnectionString) { MaxPoolSize = 1 });
        await _database.ExecuteAsync(
            """
            INSERT INTO deploy.deployments
                (id, project_id, organization_id, user_id, source, status, progress, attempt, interruptions, due_at, created_at, fencing_token,
                 artifact_reused, settings_debug, settings_force, settings_max_attempts, settings_priority, settings_timeout)
            SELECT 'deploy_1764504000000_' || lpad(i::text, 9, '0'), i::text, 'org-' || i % $2, 'u', 'Project', 'pending', 0, 0, 0,
                $3 - interval '1 hour' + i * interval '1 millisecond', $3, 0, false, false, false, 4, 5, interval '10 minutes'
            FROM generate_series(1, $1) i
            """,
            Waiting, Organizations, Now);
        await _database.ExecuteAsync("VACUUM ANALYZE deploy.deployments");
    }

    public async ValueTask DisposeAsync()
    {
        await _session.DisposeAsync();
        await _database.DisposeAsync();
    }

    [Fact]
    public async Task Take_FromALongLine_ReadsAFewOfEachOrganization()
    {
        var waiting = new WaitingDeployments(_session, new QueueOptions().QueueName);

        var read = await CountReadAsync(() => waiting.TakeDueAsync(Now, most: 5, organizationCap: 0, TestContext.Current.CancellationToken));

        read.Should().BeLessThan(SmallPart);
    }

    [Fact]
    public async Task Place_NearTheHeadOfALongLine_ReadsOnlyWhatComesBefore()
    {
        var places = new QueuePlaces(_session, Options.Create(new QueueOptions()), new FakeTimeProvider(Now));
        var id = DeploymentId.Parse("deploy_1764504000000_000000123");

        var read = await CountReadAsync(async () =>
            (await places.FindAsync(id, TestContext.Current.CancellationToken))!.Position.Should().Be(123));

        read.Should().BeLessThan(SmallPart);
    }

    /// <summary>Rows and index entries of the table that the work read.</summary>
    private async Task<long> CountReadAsync(Func<Task> work)
    {
        var before = await ReadSoFarAsync();
        await work();
        return await ReadSoFarAsync() - before;
    }

    private async Task<long> ReadSoFarAsync()
    {
        // A session tells what it has counted now and then, or when it is asked to.
        await AskAsync("SELECT pg_stat_force_next_flush()");
        return (long)(await AskAsync(
            """
            SELECT (SELECT seq_tup_read FROM pg_stat_user_tables WHERE relname = 'deployments')
                + (SELECT sum(idx_tup_read)::int8 FROM pg_stat_user_indexes WHERE relname = 'deployments')
            """))!;
    }

    private async Task<object?> AskAsync(string sql)
    {
        await using var command = _session.CreateCommand(sql);
        return await command.ExecuteScalarAsync(TestContext.Current.CancellationToken);
    }
}
