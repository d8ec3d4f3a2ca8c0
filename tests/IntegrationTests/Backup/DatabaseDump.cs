using Npgsql;

namespace Libra.Deploy.IntegrationTests.Backup;

/// <summary>
/// A dump of the two schemas that count, as the documentation says to make one. Written with COPY, as what pg_dump does for data: a pg_dump
/// of the server's own version is not at hand on every machine that tests run on.
/// </summary>
internal sealed class DatabaseDump(string folder)
{
    private const string Tables =
        """
        SELECT format('%I.%I', schemaname, tablename) FROM pg_tables
        WHERE schemaname IN ('deploy', 'public') ORDER BY schemaname, tablename
        """;

    /// <summary>Writes every table as of one moment.</summary>
    public async Task WriteAsync(string database, CancellationToken cancellationToken)
    {
        await using var connection = await OpenAsync(database, cancellationToken);
        await using var moment = await connection.BeginTransactionAsync(System.Data.IsolationLevel.RepeatableRead, cancellationToken);
        foreach (var table in await TablesAsync(connection, cancellationToken))
        {
            await using var rows = await connection.BeginRawBinaryCopyAsync($"COPY {table} TO STDOUT (FORMAT BINARY)", cancellationToken);
            await using var file = File.Create(Path.Combine(folder, table));
            await rows.CopyToAsync(file, cancellationToken);
        }
    }

    /// <summary>Puts it into a database that a fresh install of the same version has set up.</summary>
    public async Task RestoreAsync(string database, CancellationToken cancellationToken)
    {
        await using var connection = await OpenAsync(database, cancellationToken);
        await using var all = await connection.BeginTransactionAsync(cancellationToken);
        var tables = await TablesAsync(connection, cancellationToken);
        tables.Should().BeEquivalentTo(Directory.EnumerateFiles(folder).Select(Path.GetFileName), "a backup fits the version that made it");
        // References between tables are checked by rows' triggers, which the order of the files would otherwise set off.
        await ExecuteAsync(
            connection, $"SET LOCAL session_replication_role = replica; TRUNCATE {string.Join(", ", tables)}", cancellationToken);
        foreach (var table in tables)
        {
            await using var rows = await connection.BeginRawBinaryCopyAsync($"COPY {table} FROM STDIN (FORMAT BINARY)", cancellationToken);
            await using var file = File.OpenRead(Path.Combine(folder, table));
            await file.CopyToAsync(rows, cancellationToken);
        }

        await all.CommitAsync(cancellationToken);
    }

    private static async Task<NpgsqlConnection> OpenAsync(string database, CancellationToken cancellationToken)
    {
        var connection = new NpgsqlConnection(database);
        await connection.OpenAsync(cancellationToken);
        return connection;
    }

    private static async Task<List<string>> TablesAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(Tables, connection);
        await using var rows = await command.ExecuteReaderAsync(cancellationToken);
        var tables = new List<string>();
        while (await rows.ReadAsync(cancellationToken)) tables.Add(rows.GetString(0));
        return tables;
    }

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
