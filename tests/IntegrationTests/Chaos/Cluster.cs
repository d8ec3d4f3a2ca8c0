using System.Diagnostics;
using System.Net.Http.Headers;
using Libra.Deploy.Application.Access;
using Libra.Deploy.Domain.Access;
using Libra.Deploy.Infrastructure.Embedded;
using Libra.Deploy.Infrastructure.Runtime;
using Libra.Deploy.WebApi.Composition;
using MediatR;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;

namespace Libra.Deploy.IntegrationTests.Chaos;

/// <summary>One API node and two worker nodes, each a process, on one database that the test owns and may stop.</summary>
internal sealed class Cluster : IAsyncDisposable
{
    public const string Api = "api";
    public static readonly IReadOnlyList<string> Workers = ["worker-1", "worker-2"];

    private static readonly TimeSpan StartPatience = TimeSpan.FromMinutes(3);
    private static readonly TimeSpan StopPatience = TimeSpan.FromSeconds(40);

    private readonly DirectoryInfo _folder;
    private readonly EmbeddedPostgres _postgres;
    private readonly int _slots;
    private readonly Dictionary<string, NodeProcess> _nodes = [];
    private readonly Dictionary<string, int> _ports = [];
    private int _started;

    private Cluster(DirectoryInfo folder, EmbeddedPostgres postgres, int slots)
    {
        (_folder, _postgres, _slots) = (folder, postgres, slots);
        Workspace = new Workspace(Path.Combine(folder.FullName, "shared"));
        // Without a pool: a connection that was kept from before a restart would be broken.
        Database = NpgsqlDataSource.Create(
            new NpgsqlConnectionStringBuilder(postgres.ConnectionString) { Pooling = false }.ConnectionString);
        foreach (var place in Workers.Append(Api)) _ports[place] = FixedPorts.Take();
    }

    public Workspace Workspace { get; }

    public NpgsqlDataSource Database { get; }

    /// <summary>Speaks to the API node with every right.</summary>
    public HttpClient Client { get; } = new() { Timeout = TimeSpan.FromSeconds(30) };

    /// <summary>The process that runs at a place now; another one after a restart.</summary>
    public NodeProcess this[string place] => _nodes[place];

    /// <param name="slots">Of each worker.</param>
    public static async Task<Cluster> StartAsync(int slots)
    {
        var folder = Directory.CreateTempSubdirectory("libra-chaos-");
        File.SetUnixFileMode(folder.FullName, (UnixFileMode)0b111_101_101); // PostgreSQL's own user has to pass through
        var postgres = await EmbeddedPostgres.StartAsync(
            new EmbeddedPostgresOptions
            {
                BinFolder = RuntimeLayout.Find().PostgresBin,
                DataFolder = Path.Combine(folder.FullName, "pg"),
                Port = FixedPorts.Take(),
            },
            NullLogger.Instance,
            TestContext.Current.CancellationToken);
        var cluster = new Cluster(folder, postgres, slots);
        await cluster.PrepareAsync();
        foreach (var place in Workers.Append(Api)) cluster.Start(place);
        foreach (var place in Workers.Append(Api)) await cluster.WaitUntilReadyAsync(place);
        return cluster;
    }

    /// <summary>Starts a new process at the place of one that has ended.</summary>
    public NodeProcess Start(string place)
    {
        if (_nodes.TryGetValue(place, out var ended)) ended.Dispose();
        return _nodes[place] = NodeProcess.Start(new ChaosNodeSettings
        {
            Name = $"{place}.{++_started}",
            Role = place == Api ? Api : "worker",
            Port = _ports[place],
            Slots = _slots,
            Database = _postgres.ConnectionString,
            Workspace = Workspace.Root,
            DataFolder = Path.Combine(Workspace.Nodes, place),
        });
    }

    public Task WaitUntilReadyAsync(string place) => Eventually.BecomesTrueAsync(
        async () =>
        {
            var node = _nodes[place];
            if (node.HasExited) throw new InvalidOperationException($"{node.Name} ended with {node.ExitCode}; see {Workspace.Nodes}.");
            try
            {
                using var answer = await Client.GetAsync(new Uri($"http://127.0.0.1:{_ports[place]}/health/ready"));
                return answer.IsSuccessStatusCode;
            }
            catch (Exception e) when (e is HttpRequestException or TaskCanceledException)
            {
                return false; // it does not listen yet, or stands still
            }
        },
        StartPatience,
        $"{place} has to be ready");

    /// <summary>Stops PostgreSQL for a while.</summary>
    public async Task RestartPostgresAsync(TimeSpan away)
    {
        await _postgres.StopAsync();
        await Task.Delay(away);
        await _postgres.StartAgainAsync();
    }

    /// <summary>The same without warning: what it has not written to the disk is gone.</summary>
    public async Task CrashPostgresAsync(TimeSpan away)
    {
        var file = Directory.EnumerateFiles(_folder.FullName, "postmaster.pid", SearchOption.AllDirectories).Single();
        using var kill = Process.Start("kill", ["-QUIT", File.ReadLines(file).First()]);
        await kill.WaitForExitAsync();
        await RestartPostgresAsync(away);
    }

    /// <summary>Stops every node in order.</summary>
    public async Task StopNodesAsync()
    {
        await Task.WhenAll(_nodes.Values.Select(node => node.StopAsync(StopPatience)));
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var node in _nodes.Values) node.Dispose();
        Client.Dispose();
        await Database.DisposeAsync();
        await _postgres.DisposeAsync();
        if (Environment.GetEnvironmentVariable("LIBRA_TEST_CHAOS_KEEP") is null) _folder.Delete(recursive: true);
    }

    /// <summary>Brings the database up to date and gets a token, by a host that never serves.</summary>
    private async Task PrepareAsync()
    {
        await using var host = await LibraHost.CreateAsync([], read => read.AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["Host:Environment"] = "development",
            ["Host:Roles"] = Api,
            ["Host:PostgresUrl"] = _postgres.ConnectionString,
            ["Host:DataDirectory"] = Path.Combine(Workspace.Nodes, "setup"),
            ["Host:LogLevel"] = "error",
        }));
        await using var scope = host.App.Services.CreateAsyncScope();
        var grant = new TokenGrant("chaos", OrganizationId: null, UserId: null, [Scopes.Admin], ExpiresAt: null);
        var issued = await scope.ServiceProvider.GetRequiredService<IMediator>().Send(new CreateTokenCommand(grant, "test"));
        Client.BaseAddress = new Uri($"http://127.0.0.1:{_ports[Api]}");
        Client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", issued.Value.Secret.Reveal());
    }
}
