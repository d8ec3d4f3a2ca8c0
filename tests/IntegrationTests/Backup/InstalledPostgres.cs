using System.Diagnostics;
using Npgsql;

namespace Libra.Deploy.IntegrationTests.Backup;

/// <summary>
/// A throw-away server of the PostgreSQL that the distribution installed, because pg_dump refuses a server newer than itself and the
/// embedded one comes without it. Skips the calling test, with the reason, where there is none.
/// </summary>
internal sealed class InstalledPostgres : IAsyncDisposable
{
    private const string Program = "/usr/bin/pg_virtualenv";
    private static readonly TimeSpan StartTimeout = TimeSpan.FromMinutes(2);

    private readonly Process _process;
    private readonly NpgsqlConnectionStringBuilder _connection;

    private InstalledPostgres(Process process, NpgsqlConnectionStringBuilder connection) => (_process, _connection) = (process, connection);

    public static async Task<InstalledPostgres> StartAsync()
    {
        Assert.SkipUnless(File.Exists(Program), "No PostgreSQL of the distribution to dump with pg_dump (Debian package postgresql)");
        // It lasts as long as the shell, which lasts as long as its input: it never outlives the tests, however they end.
        var start = new ProcessStartInfo(Program, ["sh", "-c", "echo \"at $PGPORT $PGUSER $PGPASSWORD\"; cat >/dev/null"])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };
        var process = Process.Start(start)!;
        using var timeout = new CancellationTokenSource(StartTimeout);
        while (await process.StandardOutput.ReadLineAsync(timeout.Token) is { } line)
        {
            if (line.Split(' ') is not ["at", var port, var user, var password]) continue;
            return new InstalledPostgres(
                process, new NpgsqlConnectionStringBuilder(
                    $"Host=127.0.0.1;Port={port};Username={user};Password={password};Database=postgres"));
        }

        throw new InvalidOperationException($"{Program} started no server.");
    }

    /// <summary>Makes an empty database.</summary>
    public async Task<string> CreateDatabaseAsync(string name)
    {
        await using var source = NpgsqlDataSource.Create(_connection);
        await using var create = source.CreateCommand($"CREATE DATABASE {name}");
        await create.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
        return new NpgsqlConnectionStringBuilder(_connection.ConnectionString) { Database = name }.ConnectionString;
    }

    public async ValueTask DisposeAsync()
    {
        _process.StandardInput.Close();
        await _process.WaitForExitAsync();
        _process.Dispose();
    }
}
