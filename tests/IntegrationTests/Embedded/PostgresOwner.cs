using System.Diagnostics;
using System.Globalization;
using Libra.Deploy.Infrastructure.Embedded;
using Microsoft.Extensions.Logging.Abstractions;

namespace Libra.Deploy.IntegrationTests.Embedded;

/// <summary>A second process that owns an embedded PostgreSQL, for tests that kill the owner.</summary>
internal sealed class PostgresOwner : IDisposable
{
    public const string Role = "own-postgres";

    private readonly Process _process;

    private PostgresOwner(Process process, string connectionString) => (_process, ConnectionString) = (process, connectionString);

    public string ConnectionString { get; }

    /// <summary>What the second process does: own a server until it is killed or this side closes its input.</summary>
    public static async Task<int> RunAsync(string binFolder, string dataFolder)
    {
        var options = new EmbeddedPostgresOptions { BinFolder = binFolder, DataFolder = dataFolder };
        await using var server = await EmbeddedPostgres.StartAsync(options, NullLogger.Instance, CancellationToken.None);
        Console.WriteLine(server.ConnectionString);
        await Console.In.ReadLineAsync();
        return 0;
    }

    public static async Task<PostgresOwner> StartAsync(EmbeddedPostgresOptions options)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath!, [Role, options.BinFolder, options.DataFolder])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };
        var process = Process.Start(start)!;
        var connectionString = await process.StandardOutput.ReadLineAsync();
        return new PostgresOwner(
            process, connectionString ?? throw new InvalidOperationException("The owner ended before its server was ready."));
    }

    /// <summary>SIGKILL, of which the owner notices nothing.</summary>
    public async Task KillAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
    }

    /// <summary>SIGKILL for the shells that watch over the server, so that nothing is left to stop it.</summary>
    public static void KillWatchdogs(int serverProcess)
    {
        var shell = ParentOf(serverProcess);
        foreach (var watcher in Process.GetProcesses().Where(process => process.Id != serverProcess && ParentOf(process.Id) == shell))
            watcher.Kill();
        using var main = Process.GetProcessById(shell);
        main.Kill();
    }

    public void Dispose()
    {
        _process.Kill();
        _process.Dispose();
    }

    private static int ParentOf(int process)
    {
        try
        {
            // pid (name) state parent ...; the name may hold spaces and brackets.
            var stat = File.ReadAllText($"/proc/{process}/stat");
            return int.Parse(
                stat[(stat.LastIndexOf(')') + 1)..].Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture);
        }
        catch (IOException)
        {
            // It has ended since it was listed.
            return 0;
        }
    }
}
