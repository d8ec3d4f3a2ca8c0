using Libra.Deploy.Application;
using Libra.Deploy.Infrastructure.Persistence;
using Libra.Deploy.Infrastructure.Queue;
using Libra.Deploy.IntegrationTests.Persistence;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace Libra.Deploy.IntegrationTests.Queue;

public sealed class QueueSignalsTests(TestPostgres server)
{
    [Fact]
    public async Task Listen_WhenItsConnectionIsDroppedWithoutAWord_ListensOnAnother()
    {
        var direct = new NpgsqlConnectionStringBuilder(await server.CreateDatabaseAsync());
        await using var relay = new SilentRelay(direct.Port);
        var relayed = new NpgsqlConnectionStringBuilder(direct.ConnectionString) { Host = "127.0.0.1", Port = relay.Port };
        var services = new ServiceCollection().AddLogging().AddSingleton(TimeProvider.System).AddApplication();
        services.AddPersistence(relayed.ConnectionString).AddQueue(worker: false);
        await using var provider = services.BuildServiceProvider();
        await using var database = NpgsqlDataSource.Create(direct);
        var signals = provider.GetRequiredService<QueueSignals>();
        await signals.StartAsync(TestContext.Current.CancellationToken);
        await ListeningAsync(sessions: 1);

        relay.ForgetConnections();

        await ListeningAsync(sessions: 2); // the server does not know of the loss either
        await signals.StopAsync(CancellationToken.None);

        Task ListeningAsync(long sessions) => Eventually.BecomesTrueAsync(
            async () =>
            {
                await using var count = database.CreateCommand(
                    "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND query LIKE 'LISTEN %'");
                return (long?)await count.ExecuteScalarAsync(TestContext.Current.CancellationToken) == sessions;
            },
            TimeSpan.FromSeconds(29), "a node that hears nothing looks by itself after 30 s only");
    }
}
