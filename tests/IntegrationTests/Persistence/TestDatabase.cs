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

    public TestPostgres()
    {
        // PostgreSQL's own user has to pass through when the tests run as root.
        File.SetUnixFileMode(_folder.FullName, (UnixFileMode)0b111_101_101);
        _server = new Lazy<Task<EmbeddedPostgres>>(() => EmbeddedPostgres.StartAsync(
            new EmbeddedPostgresOptions { BinFolder = RuntimeLayout.Find().PostgresBin, DataFolder = Path.Combine(_folder.FullName, "postgres"), Durable = false },
            NullLogger.Instance,
            CancellationToken.None));
    }

    /// <summary>Makes an empty database of its own for a test class.</summary>
    /// <param name="timeZone">Of the sessions; a rule about time must not depend on it.</param>
    public async Task<string> CreateDatabaseAsync(string timeZone = "UTC")
    {
        var server = await _server.Value;
        var database = await server.CreateDatabaseAsync($"test_{Guid.NewGuid():N}", TestContext.Current.CancellationToken);
        return new NpgsqlConnectionStringBuilder(database) { MaxPoolSize = 40, Timezone = timeZone, Timeout = 60 }.ConnectionString;
    }

    public async ValueTask DisposeAsync()
    {
        if (_server.IsValueCreated) await (await _server.Value).DisposeAsync();
        _folder.Delete(recursive: true);
    }
}
