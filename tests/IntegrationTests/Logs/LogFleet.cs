using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text.Json.Nodes;
using Libra.Deploy.Application.Access;
using Libra.Deploy.Domain.Access;
using Libra.Deploy.IntegrationTests.Persistence;
using Libra.Deploy.WebApi.Composition;
using MediatR;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace Libra.Deploy.IntegrationTests.Logs;

/// <summary>
/// Several nodes on one database and one object folder: this process answers the API and runs no deployment, the workers are processes of
/// the real service that a test may kill.
/// </summary>
internal sealed class LogFleet : IAsyncDisposable
{
    private const string Project = "fleet";
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(10);

    private readonly DirectoryInfo _data = Directory.CreateTempSubdirectory("libra-fleet-");
    private readonly List<Process> _workers = [];
    private readonly string _database;
    private LibraHost? _host;

    private LogFleet(string database) => _database = database;

    /// <summary>Speaks to the node that runs nothing, with every right.</summary>
    public HttpClient Api { get; private set; } = null!;

    public static async Task<LogFleet> StartAsync(TestPostgres server)
    {
        var fleet = new LogFleet(await server.CreateDatabaseAsync());
        fleet._host = await LibraHost.CreateAsync([], settings => settings.AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["Host:PostgresUrl"] = fleet._database,
            ["Host:Environment"] = "development",
            ["Host:DataDirectory"] = fleet.DataOf("api"),
            ["Host:Roles"] = "api",
            ["Host:Port"] = "0",
            ["Host:EdgePort"] = "0",
            ["Host:LogLevel"] = "error",
        }));
        await fleet._host.App.StartAsync();
        await fleet.AddProjectAsync();
        fleet.Api = new HttpClient { BaseAddress = new Uri(fleet._host.Address), Timeout = Patience };
        fleet.Api.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", await fleet.TokenAsync());
        return fleet;
    }

    /// <summary>Starts a node that runs deployments; disposing the fleet ends it.</summary>
    public Process StartWorker()
    {
        var start = new ProcessStartInfo(Path.Combine(AppContext.BaseDirectory, "Libra.Deploy.WebApi")) { RedirectStandardOutput = true };
        foreach (var (name, value) in new (string, string)[]
        {
            ("POSTGRES_URL", _database), ("LIBRA_DATA_DIR", DataOf($"worker-{_workers.Count}")), ("LIBRA_ROLES", "worker"), ("ENVIRONMENT", "development"),
            ("PORT", $"{FreePort()}"), ("LIBRA_EDGE_PORT", "0"), ("LOG_LEVEL", "error"), ("SANDBOX_BUILDER_DEFAULT_PROVIDER", "process"),
            ("Deployments__LeaseDuration", "00:00:03"), ("Deployments__LeaseRenewal", "00:00:00.5"),
        })
            start.Environment[name] = value;
        var worker = Process.Start(start)!;
        worker.OutputDataReceived += (_, _) => { }; // read, so that it never waits for a full pipe
        worker.BeginOutputReadLine();
        _workers.Add(worker);
        return worker;
    }

    /// <returns>The id of an accepted deployment whose build runs the command.</returns>
    public async Task<string> DeployAsync(string command)
    {
        var manifest = new JsonObject { ["name"] = "x", ["private"] = true, ["scripts"] = new JsonObject { ["build"] = $"{command} && mkdir -p dist && cp index.html dist/" } };
        var body = new JsonObject
        {
            ["projectId"] = Project,
            ["orgId"] = "org",
            ["userId"] = "user",
            ["initFiles"] = new JsonArray(FileOf("package.json", manifest.ToJsonString()), FileOf("index.html", "x")),
        };
        using var answer = await Api.PostAsJsonAsync("/deploy", body);
        var accepted = await answer.Content.ReadFromJsonAsync<JsonNode>();
        answer.IsSuccessStatusCode.Should().BeTrue("{0}", accepted);
        return accepted!["deploymentId"]!.GetValue<string>();
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var worker in _workers)
        {
            worker.Kill();
            await worker.WaitForExitAsync();
            worker.Dispose();
        }

        Api.Dispose();
        await _host!.App.StopAsync();
        await _host.DisposeAsync();
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

    private async Task AddProjectAsync()
    {
        await using var source = NpgsqlDataSource.Create(_database);
        await using var insert = source.CreateCommand(
            $"""
             INSERT INTO public.project (id, name, template_type, user_id, organization_id) VALUES ('{Project}', 'Test', 'static', 'user', 'org');
             INSERT INTO public.subscription_limit
                 (id, organization_id, plan_name, plan_id, ai_nums, enhance_nums, upload_limit, deploy_limit, period_start, period_end)
             VALUES ('limit', 'org', 'FREE', 'free', 10, 10, 10, 100, now(), now() + interval '1 month');
             """);
        await insert.ExecuteNonQueryAsync();
    }

    private async Task<string> TokenAsync()
    {
        await using var scope = _host!.App.Services.CreateAsyncScope();
        var grant = new TokenGrant("test", OrganizationId: null, UserId: null, [Scopes.Admin], ExpiresAt: null);
        var issued = await scope.ServiceProvider.GetRequiredService<IMediator>().Send(new CreateTokenCommand(grant, "test"));
        return issued.Value.Secret.Reveal();
    }

    private static JsonNode FileOf(string path, string content) => new JsonObject { ["path"] = path, ["content"] = content };

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
