using Libra.Deploy.Domain.Deployments;
using Libra.Deploy.Infrastructure.Queue;
using Libra.Deploy.IntegrationTests.Persistence;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace Libra.Deploy.IntegrationTests.Queue;

public sealed class FailedJobsTests(TestPostgres server)
{
    private const string Earlier = "deploy_1764504000000_earlier00";
    private const string Restored = "deploy_1764504000000_restored0";

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Match_WhenAnotherLetterHadTheIdOfAnEarlierJob_MatchesAllTheSame(bool settled)
    {
        await using var database = await WithHangfireAsync();
        await AddLetterAsync(database, Earlier, job: "3", settled);
        await AddLetterAsync(database, Restored, job: "700", settled: false);
        var jobs = new FailedJobs(database.Services.GetRequiredService<NpgsqlDataSource>());

        (await jobs.MatchAsync(DeploymentId.Parse(Restored), "3", TestContext.Current.CancellationToken)).Should().BeTrue();

        (await JobOfAsync(database, Restored)).Should().Be("3");
        (await JobOfAsync(database, Earlier)).Should().BeEmpty();
    }

    [Fact]
    public async Task Match_WhenASettledLetterOfAnotherMessageHadTheIdOfAnEarlierJob_MatchesAllTheSame()
    {
        await using var database = await WithHangfireAsync();
        await AddLetterAsync(database, id: null, job: "3", settled: true);
        await AddLetterAsync(database, Restored, job: "700", settled: false);
        var jobs = new FailedJobs(database.Services.GetRequiredService<NpgsqlDataSource>());

        (await jobs.MatchAsync(DeploymentId.Parse(Restored), "3", TestContext.Current.CancellationToken)).Should().BeTrue();

        (await JobOfAsync(database, Restored)).Should().Be("3");
    }

    [Fact]
    public async Task Match_OfAJobWhoseOwnLetterIsSettledAndWhoseDeploymentNobodyKnows_LeavesItKnown()
    {
        await using var database = await WithHangfireAsync();
        await AddLetterAsync(database, id: null, job: "3", settled: true);
        var jobs = new FailedJobs(database.Services.GetRequiredService<NpgsqlDataSource>());

        (await jobs.MatchAsync(DeploymentId.Parse(Restored), "3", TestContext.Current.CancellationToken)).Should().BeFalse();

        (await jobs.IsKnownAsync(DeploymentId.Parse(Restored), "3", TestContext.Current.CancellationToken))
            .Should().BeTrue("an operator has settled it, and it must not come back");
    }

    [Fact]
    public async Task IsKnown_OfAJobThatNamesNoDeploymentAndHasTheIdOfAnEarlierOne_IsFalse()
    {
        await using var database = await PlatformDatabase.CreateAsync(server, _ => { });
        await AddLetterAsync(database, Earlier, job: "3", settled: true);
        var jobs = new FailedJobs(database.Services.GetRequiredService<NpgsqlDataSource>());

        (await jobs.IsKnownAsync(null, "3", TestContext.Current.CancellationToken)).Should().BeFalse();
    }

    private async Task<PlatformDatabase> WithHangfireAsync()
    {
        var database = await PlatformDatabase.CreateAsync(server, _ => { });
        await database.ExecuteAsync("CREATE SCHEMA hangfire"); // as new as after a restore, of which the statement reads two columns
        await database.ExecuteAsync("CREATE TABLE hangfire.job (id bigint, statename text)");
        return database;
    }

    private static Task AddLetterAsync(PlatformDatabase database, string? id, string job, bool settled) => database.ExecuteAsync(
        """
        INSERT INTO deploy.dead_letters (id, deployment_id, project_id, organization_id, reason, original_queue, final_error, total_retries,
            retry_history, message, created_at, hangfire_job_id, resolved_at)
        VALUES (gen_random_uuid(), NULLIF($1, ''), 'p', 'org', 'max_retries_exceeded', 'deployment-queue', 'x', 3, '[]', '{}', now(), $2,
            CASE WHEN $3 THEN now() END)
        """,
        id ?? string.Empty, job, settled);

    private static Task<string> JobOfAsync(PlatformDatabase database, string id) => database.AskAsync<string>(
        "SELECT COALESCE(hangfire_job_id, '') FROM deploy.dead_letters WHERE deployment_id = $1", id);

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
