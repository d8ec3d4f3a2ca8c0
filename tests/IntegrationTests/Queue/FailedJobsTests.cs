using Libra.Deploy.Infrastructure.Queue;
using Libra.Deploy.IntegrationTests.Persistence;
using Npgsql;

namespace Libra.Deploy.IntegrationTests.Queue;

public sealed class FailedJobsTests(TestPostgres server)
{
    [Fact]
    public async Task TryEnter_WhenTheDatabaseRefuses_GivesTheConnectionBack()
    {
        var address = new NpgsqlConnectionStringBuilder(await server.CreateDatabaseAsync())
        {
            SearchPath = "refusing,pg_catalog",
            MaxPoolSize = 1,
            Timeout = 5,
        };
        await using var database = NpgsqlDataSource.Create(address);
        await using (var refusing = database.CreateCommand(
            """
            CREATE SCHEMA refusing;
            CREATE FUNCTION refusing.pg_try_advisory_xact_lock(bigint) RETURNS boolean LANGUAGE plpgsql
                AS $$ BEGIN RAISE EXCEPTION 'refused'; END $$;
            """))
            await refusing.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
        var jobs = new FailedJobs(database);

        await jobs.Awaiting(entered => entered.TryEnterAsync(TestContext.Current.CancellationToken)).Should().ThrowAsync<PostgresException>();

        await using var free = await database.OpenConnectionAsync(TestContext.Current.CancellationToken);
        free.FullState.Should().Be(System.Data.ConnectionState.Open, "there is only one");
    }
}
