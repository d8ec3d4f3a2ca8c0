using Libra.Deploy.Infrastructure.Embedded;
using Libra.Deploy.Infrastructure.Runtime;
using Microsoft.Extensions.Logging.Abstractions;

namespace Libra.Deploy.IntegrationTests.Service;

/// <summary>
/// What <see cref="OwnService"/> is, in a process of its own: for tests that read metrics, which a process has only once, and to which every
/// service in the process of the tests would write.
/// </summary>
internal sealed class OwnProcess : IAsyncDisposable
{
    private readonly DirectoryInfo _folder;
    private readonly ServiceProcess _process;

    private OwnProcess(DirectoryInfo folder, EmbeddedPostgres postgres, ServiceProcess process, string token) =>
        (_folder, Postgres, _process, Client) = (folder, postgres, process, process.ClientWith(token));

    public EmbeddedPostgres Postgres { get; }

    /// <summary>A client that may do everything.</summary>
    public HttpClient Client { get; }

    /// <summary>Where the objects of the embedded store lie.</summary>
    public string ObjectFolder => Path.Combine(_process.DataFolder, "objects");

    /// <param name="settings">Beside the ones that every process of the service has here.</param>
    public static async Task<OwnProcess> StartAsync(params (string Key, string Value)[] settings)
    {
        var folder = Directory.CreateTempSubdirectory("libra-own-");
        File.SetUnixFileMode(folder.FullName, (UnixFileMode)0b111_101_101); // PostgreSQL's own user has to pass through
        var postgres = await EmbeddedPostgres.StartAsync(
            new EmbeddedPostgresOptions
            {
                BinFolder = RuntimeLayout.Find().PostgresBin,
                DataFolder = Path.Combine(folder.FullName, "pg"),
                Durable = false,
                Port = FixedPorts.Take(),
            },
            NullLogger.Instance,
            TestContext.Current.CancellationToken);
        var token = await ServiceNode.IssueTokenAsync(postgres.ConnectionString, Path.Combine(folder.FullName, "setup"));
        return new OwnProcess(folder, postgres, await ServiceProcess.StartAsync(postgres.ConnectionString, settings), token);
    }

    /// <summary>SIGTERM, as a supervisor stops it.</summary>
    /// <returns>The exit code.</returns>
    public Task<int> StopAsync(TimeSpan limit) => _process.StopAsync(limit);

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await _process.DisposeAsync();
        await Postgres.DisposeAsync();
        _folder.Delete(recursive: true);
    }
}
