using Libra.Deploy.Infrastructure.Persistence;
using Libra.Deploy.Infrastructure.Queue;
using Libra.Deploy.IntegrationTests.Persistence;
using Microsoft.Extensions.Options;
using Npgsql;

namespace Libra.Deploy.IntegrationTests.Queue;

/// <summary>Which writes wait until PostgreSQL has flushed them.</summary>
public sealed class JobConnectionsTests(TestPostgres server)
{
    [Fact]
    public async Task Jobs_DoNotWaitForTheDisk_WhileEverythingElseDoes()
    {
        var address = new DatabaseAddress(await server.CreateDatabaseAsync() + ";Options=-c synchronous_commit=on");
        await using var everythingElse = address.Open();
        await using var jobs = Connections(address, durable: false);
        await using var durableJobs = Connections(address, durable: true);

        (await CommitOfAsync(everythingElse)).Should().Be("on");
        (await CommitOfAsync(jobs.Database)).Should().Be("off");
        (await CommitOfAsync(durableJobs.Database)).Should().Be("on");
    }

    [Fact]
    public async Task Pool_IsAsLargeAsTheSlotsNeedAndNeverLargerThanTheOperatorSays()
    {
        var database = await server.CreateDatabaseAsync();
        await using var large = Connections(new DatabaseAddress(database + ";Maximum Pool Size=100"), durable: false);
        await using var small = Connections(new DatabaseAddress(database + ";Maximum Pool Size=7"), durable: false);

        (PoolOf(large), PoolOf(small)).Should().Be((30, 7));
    }

    private static JobConnections Connections(DatabaseAddress address, bool durable) =>
        new(address, Options.Create(new QueueOptions { MaxConcurrentDeployments = 5, DurableJobs = durable }));

    private static async Task<string> CommitOfAsync(NpgsqlDataSource database)
    {
        await using var command = database.CreateCommand("SHOW synchronous_commit");
        return (string)(await command.ExecuteScalarAsync(TestContext.Current.CancellationToken))!;
    }

    private static int PoolOf(JobConnections connections) =>
        new NpgsqlConnectionStringBuilder(connections.Database.ConnectionString).MaxPoolSize;
}
