using Libra.Deploy.Infrastructure.Embedded;
using Libra.Deploy.Infrastructure.Runtime;
using Libra.Deploy.IntegrationTests.Persistence;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;

[assembly: AssemblyFixture(typeof(TestPostgres))]

namespace Libra.Deploy.IntegrationTests.Persistence;

/// <summary>One real PostgreSQL for all tests that store something, started by the first that asks.</summary>
public sealed class TestPostgres : IAsyncDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("libra-test-pg-");
    private readonly Lazy<Task<EmbeddedPostgres>> _server;
    private readonly Lazy<Task<string>> _template;

    public TestPostgres()
    {
        // PostgreSQL's own user has to pass through when the tests run as root.
        File.SetUnixFileMode(_folder.FullName, (UnixFileMode)0b111_101_101);
        _server = new Lazy<Task<EmbeddedPostgres>>(() => EmbeddedPostgres.StartAsync(
            new EmbeddedPostgresOptions
            {
                BinFolder = RuntimeLayout.Find().PostgresBin,
                DataFolder = Path.Combine(_folder.FullName, "postgres"),
                Durable = false
            },
            NullLogger.Instance,
            CancellationToken.None));
        _template = new Lazy<Task<string>>(MakeTemplateAsync);
    }

    /// <summary>Makes an empty database of its own for a test class.</summary>
    /// <param name="timeZone">Of the sessions; a rule about time must not depend on it.</param>
    public async Task<string> CreateDatabaseAsync(string timeZone = "UTC")
    {
        var server = await _server.Value;
        return ForTests(await server.CreateDatabaseAsync(NewName()), timeZone);
    }

    /// <summary>Makes a database of its own with the platform's tables and ours: a copy, which is quicker than to make each anew.</summary>
    public async Task<string> CreatePlatformDatabaseAsync(string timeZone)
    {
        var (server, template) = (await _server.Value, await _template.Value);
        var name = NewName();
        await using var source = NpgsqlDataSource.Create(server.ConnectionString);
        await using var copy = source.CreateCommand($"CREATE DATABASE {name} TEMPLATE {template}");
        await copy.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
        return ForTests(new NpgsqlConnectionStringBuilder(server.ConnectionString) { Database = name }.ConnectionString, timeZone);
    }

    public async ValueTask DisposeAsync()
    {
        if (_server.IsValueCreated) await (await _server.Value).DisposeAsync();
        _folder.Delete(recursive: true);
    }

    private static string NewName() => $"test_{Guid.NewGuid():N}";

    private static string ForTests(string database, string timeZone) =>
        new NpgsqlConnectionStringBuilder(database) { MaxPoolSize = 40, Timezone = timeZone, Timeout = 60 }.ConnectionString;

    private async Task<string> MakeTemplateAsync()
    {
        var server = await _server.Value;
        var name = NewName();
        var database = await server.CreateDatabaseAsync(name);
        // Without a pool: nobody may be connected to what is copied.
        await PlatformDatabase.PrepareAsync(new NpgsqlConnectionStringBuilder(database) { Pooling = false }.ConnectionString);
        return name;
    }
}
