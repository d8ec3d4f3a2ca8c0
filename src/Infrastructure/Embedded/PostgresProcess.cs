using System.Diagnostics;
using System.Globalization;
using Microsoft.Extensions.Logging;

namespace Libra.Deploy.Infrastructure.Embedded;

/// <summary>One running server and the shell that watches over it.</summary>
internal sealed class PostgresProcess : IDisposable
{
    /// <summary>
    /// Starts the server and reads our pipe. When the pipe ends, because we close it or because we died in whatever way, the server
    /// gets INT (ends transactions, writes a checkpoint) and 3 s later QUIT (leaves the rest to recovery).
    /// A death signal of the kernel would not do: it follows the thread that started the process, and pool threads end.
    /// </summary>
    private const string Watchdog =
        """
        exec 3<&0 >>server.log 2>&1
        "$@" </dev/null 3<&- &
        server=$!
        (
          while read -r _; do :; done
          kill -INT "$server"
          sleep 3
          kill -QUIT "$server"
        ) <&3 3<&- >/dev/null 2>&1 &
        watcher=$!
        exec 3<&-
        wait "$server"
        code=$?
        kill "$watcher" 2>/dev/null
        exit "$code"
        """;

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(25);
    private static readonly TimeSpan StopPatience = TimeSpan.FromSeconds(20);

    private readonly Process _process;
    private readonly PostmasterFile _file;
    private volatile bool _stopping;

    private PostgresProcess(Process process, PostmasterFile file) => (_process, _file) = (process, file);

    public static PostgresProcess Start(
        ServerFolders folders, PostgresPrograms programs, ServerUser user, int port, EmbeddedPostgresOptions options)
    {
        // setsid: a Ctrl+C in the terminal would otherwise stop the database before the service has finished its work.
        var line = user.Line(["sh", "-c", Watchdog, "libra-postgres", programs.Postgres, .. Settings(folders.Data, port, options)]);
        var start = new ProcessStartInfo("setsid", line) { RedirectStandardInput = true, WorkingDirectory = folders.Server };
        // The server needs none of the service's settings, and its own user could read them in /proc.
        start.Environment.Clear();
        start.Environment["PATH"] = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
        return new PostgresProcess(Process.Start(start)!, new PostmasterFile(folders.Data));
    }

    /// <summary>Waits until the server takes connections; false when it ended instead.</summary>
    /// <exception cref="TimeoutException">It did neither in time.</exception>
    public async Task<bool> ReadyAsync(TimeSpan timeout, CancellationToken cancellationToken)
    {
        // The file is the server's only announcement that costs no connection attempt.
        for (var waited = Stopwatch.StartNew(); waited.Elapsed < timeout; await Task.Delay(Pause, cancellationToken))
        {
            if (_process.HasExited) return false;
            if (_file.SaysReady) return true;
        }

        throw new TimeoutException($"PostgreSQL was not ready after {timeout.TotalSeconds:0} s.");
    }

    /// <summary>Reports an end that nobody asked for; from then on every query fails.</summary>
    public async Task WatchAsync(ILogger logger)
    {
        await _process.WaitForExitAsync();
        if (!_stopping) logger.LogCritical("PostgreSQL ended by itself with code {ExitCode}; its log has the reason", _process.ExitCode);
    }

    public async Task StopAsync()
    {
        _stopping = true;
        _process.StandardInput.Close();
        using var limit = new CancellationTokenSource(StopPatience);
        try
        {
            await _process.WaitForExitAsync(limit.Token);
        }
        catch (OperationCanceledException)
        {
            // Safe for the data: the next start recovers from the write-ahead log.
            _process.Kill(entireProcessTree: true);
        }
    }

    public void Dispose() => _process.Dispose();

    private static List<string> Settings(string dataFolder, int port, EmbeddedPostgresOptions options)
    {
        List<string> settings =
        [
            "listen_addresses=127.0.0.1", "unix_socket_directories=", $"port={port.ToString(CultureInfo.InvariantCulture)}",
            $"max_connections={options.MaxConnections.ToString(CultureInfo.InvariantCulture)}", "shared_buffers=128MB",
            "password_encryption=scram-sha-256", "timezone=UTC", "log_timezone=UTC", "logging_collector=off", "log_destination=stderr",
            "log_checkpoints=off",
        ];
        if (!options.Durable) settings.AddRange(["fsync=off", "synchronous_commit=off", "full_page_writes=off"]);
        return ["-D", dataFolder, .. settings.SelectMany(setting => new[] { "-c", setting })];
    }
}
