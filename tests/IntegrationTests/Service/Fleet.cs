using System.Diagnostics;
using System.Text.Json.Nodes;
using Libra.Deploy.IntegrationTests.Persistence;

namespace Libra.Deploy.IntegrationTests.Service;

/// <summary>
/// Several nodes on one database and one object folder: this process answers the API and runs no deployment, the workers are processes of
/// the real service that a test may kill.
/// </summary>
internal sealed class Fleet : IAsyncDisposable
{
    private readonly DirectoryInfo _data = Directory.CreateTempSubdirectory("libra-fleet-");
    private readonly List<Process> _workers = [];
    private readonly string _database;
    private readonly (string Key, string Value)[] _settings;
    private ServiceNode? _node;

    private Fleet(string database, (string Key, string Value)[] settings) => (_database, _settings) = (database, settings);

    /// <summary>Speaks to the node that runs nothing, with every right.</summary>
    public HttpClient Api => _node!.Admin;

    /// <param name="settings">Of every node.</param>
    public static async Task<Fleet> StartAsync(TestPostgres server, params (string Key, string Value)[] settings)
    {
        var fleet = new Fleet(await server.CreateDatabaseAsync(), settings);
        fleet._node = await ServiceNode.StartAsync(fleet._database, fleet.DataOf("api"), [("Host:Roles", "api"), .. settings]);
        return fleet;
    }

    /// <summary>Starts a node that runs deployments; disposing the fleet ends it.</summary>
    public Process StartWorker()
    {
        var start = new ProcessStartInfo(Path.Combine(AppContext.BaseDirectory, "Libra.Deploy.WebApi")) { RedirectStandardOutput = true };
        foreach (var (name, value) in new (string, string)[]
        {
            ("POSTGRES_URL", _database), ("LIBRA_DATA_DIR", DataOf($"worker-{_workers.Count}")), ("LIBRA_ROLES", "worker"),
            ("ENVIRONMENT", "development"),
            ("PORT", "0"), ("LIBRA_EDGE_PORT", "0"), ("LOG_LEVEL", "error"), ("SANDBOX_BUILDER_DEFAULT_PROVIDER", "process"),
            ("Deployments__LeaseDuration", "00:00:08"), ("Deployments__LeaseRenewal", "00:00:00.500"),
        })
            start.Environment[name] = value;
        foreach (var (key, value) in _settings) start.Environment[key.Replace(":", "__", StringComparison.Ordinal)] = value;
        var worker = Process.Start(start)!;
        worker.OutputDataReceived += (_, _) => { }; // read, so that it never waits for a full pipe
        worker.BeginOutputReadLine();
        _workers.Add(worker);
        return worker;
    }

    /// <returns>The id of an accepted deployment whose build runs the command.</returns>
    public Task<string> DeployAsync(string command)
    {
        var manifest =
            new JsonObject
            {
                ["name"] = "x",
                ["private"] = true,
                ["scripts"] = new JsonObject { ["build"] = $"{command} && mkdir -p dist && cp index.html dist/" }
            };
        return DeployAsync(("package.json", manifest.ToJsonString()), ("index.html", "x"));
    }

    /// <returns>The id of an accepted deployment of these files.</returns>
    public Task<string> DeployAsync(params (string Path, string Content)[] files) => _node!.StartDeploymentAsync(files);

    /// <summary>Waits until the deployment has ended, which must be well.</summary>
    public Task<JsonNode> CompletedAsync(string id) => _node!.CompletedAsync(id);

    public async ValueTask DisposeAsync()
    {
        foreach (var worker in _workers)
        {
            worker.Kill();
            await worker.WaitForExitAsync();
            worker.Dispose();
        }

        await _node!.DisposeAsync();
        _data.Delete(recursive: true);
    }

    /// <summary>A node's own folder, in which the objects are those of all.</summary>
    private string DataOf(string node)
    {
        var shared = _data.CreateSubdirectory("objects").FullName;
        var own = _data.CreateSubdirectory(node).FullName;
        Directory.CreateSymbolicLink(Path.Combine(own, "objects"), shared);
        return own;
    }
}
