using Libra.Deploy.Infrastructure.Embedded;
using Npgsql;

namespace Libra.Deploy.IntegrationTests.Persistence;

/// <summary>Databases of their own on one server.</summary>
internal static class ServerDatabases
{
    /// <summary>Makes an empty database and gives the connection string that leads to it.</summary>
    public static async Task<string> CreateDatabaseAsync(this EmbeddedPostgres server, string name)
    {
        await using var source = NpgsqlDataSource.Create(server.ConnectionString);
        await using var create = source.CreateCommand($"CREATE DATABASE \"{name}\"");
        await create.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
        return new NpgsqlConnectionStringBuilder(server.ConnectionString) { Database = name }.ConnectionString;
    }
}
