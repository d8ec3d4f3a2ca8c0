using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Libra.Deploy.Infrastructure.Embedded;

/// <summary>A PostgreSQL server that belongs to this process and ends with it, even when it is killed.</summary>
public sealed class EmbeddedPostgres : IAsyncDisposable
{
    private const int PortAttempts = 5;

    private readonly EmbeddedPostgresOptions _options;
    private readonly ILogger _logger;
    private readonly ServerUser _user;
    private readonly ServerFolders _folders;
    private readonly PostgresPrograms _programs;
    private readonly IReadOnlyList<IDisposable> _locks;
    private PostgresProcess? _process;

    private EmbeddedPostgres(
        EmbeddedPostgresOptions options, ILogger logger, ServerUser user, ServerFolders folders, PostgresPrograms programs,
        IReadOnlyList<IDisposable> held, string connectionString)
    {
        (_options, _logger, _user, _folders, _programs, _locks) = (options, logger, user, folders, programs, held);
        ConnectionString = connectionString;
    }

    /// <summary>Leads to the database <c>postgres</c> on a free port of 127.0.0.1, with every right.</summary>
    public string ConnectionString { get; private set; }

    /// <summary>Starts the server, first making its data folder when there is none.</summary>
    /// <exception cref="InvalidOperationException">Another process owns the folder, or the server does not start; the message has its last
    /// words.</exception>
    public static async Task<EmbeddedPostgres> StartAsync(
        EmbeddedPostgresOptions options, ILogger logger, CancellationToken cancellationToken)
    {
        var user = ServerUser.Choose(options.ServerUsers);
        var owner = OwnerFolder.Prepare(options.DataFolder, user);
        List<IDisposable> held = [await OwnerLock.AcquireAsync(owner, options.OwnerWait, cancellationToken)];
        try
        {
            var folders = await ServerFolders.PrepareAsync(owner, user, options, logger, cancellationToken);
            if (await OwnerLock.AcquireServerAsync(folders, options.OwnerWait, cancellationToken) is { } part) held.Add(part);
            var programs = await PostgresPrograms.PrepareAsync(options.BinFolder, user, folders, cancellationToken);
            var password = await PostgresCluster.EnsureAsync(folders, programs, user, options.Durable, cancellationToken);
            var connection = new NpgsqlConnectionStringBuilder
            {
                Host = IPAddress.Loopback.ToString(),
                Username = PostgresCluster.User,
                Password = password,
                Database = "postgres",
            };
            var server = new EmbeddedPostgres(options, logger, user, folders, programs, held, connection.ConnectionString);
            await server.StartOnFreePortAsync(cancellationToken);
            return server;
        }
        catch
        {
            held.ForEach(part => part.Dispose());
            throw;
        }
    }

    /// <summary>Stops the server and keeps its data, its port and the ownership of its folder. Stopping twice changes nothing.</summary>
    public async Task StopAsync()
    {
        if (_process is not { } process) return;

        _process = null;
        await process.StopAsync();
        process.Dispose();
    }

    /// <summary>Starts a stopped server again on the port that it had, as an outage that is over.</summary>
    internal async Task StartAgainAsync(CancellationToken cancellationToken = default)
    {
        if (_process is not null) throw new InvalidOperationException("PostgreSQL is running.");
        if (!await TryStartAsync(Port, cancellationToken)) throw DidNotStart();
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        foreach (var part in _locks) part.Dispose();
    }

    private int Port => new NpgsqlConnectionStringBuilder(ConnectionString).Port;

    private async Task StartOnFreePortAsync(CancellationToken cancellationToken)
    {
        // Between the search and the server's start somebody else may take the port.
        for (var attempt = 0; attempt < PortAttempts; attempt++)
        {
            var port = _options.Port ?? FreePort();
            if (!await TryStartAsync(port, cancellationToken)) continue;

            ConnectionString = new NpgsqlConnectionStringBuilder(ConnectionString) { Port = port }.ConnectionString;
            return;
        }

        throw DidNotStart();
    }

    private async Task<bool> TryStartAsync(int port, CancellationToken cancellationToken)
    {
        await OrphanedServer.StopAsync(_folders.Data, _logger, cancellationToken);
        if (File.Exists(_folders.Log)) File.Move(_folders.Log, _folders.Log + ".1", overwrite: true);
        var process = PostgresProcess.Start(_folders, _programs, _user, port, _options);
        try
        {
            if (await process.ReadyAsync(_options.StartTimeout, cancellationToken))
            {
                _process = process;
                _ = process.WatchAsync(_logger);
                return true;
            }
        }
        catch
        {
            await process.StopAsync();
            process.Dispose();
            throw;
        }

        process.Dispose();
        return false;
    }

    private InvalidOperationException DidNotStart() => new(
        "PostgreSQL did not start:\n"
            + (File.Exists(_folders.Log) ? string.Join('\n', File.ReadLines(_folders.Log).TakeLast(15)) : "it left no log."));

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
