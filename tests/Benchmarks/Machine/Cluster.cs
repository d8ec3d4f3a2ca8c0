using System.Globalization;
using Libra.Deploy.Application.Access;
using Libra.Deploy.Domain.Access;
using Libra.Deploy.Infrastructure.Embedded;
using Libra.Deploy.Infrastructure.Runtime;
using Libra.Deploy.WebApi.Composition;
using MediatR;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;

namespace Libra.Deploy.Benchmarks.Machine;

/// <summary>A durable PostgreSQL of its own with the service's tables, many organizations and projects, and any number of nodes.</summary>
internal sealed class Cluster : IAsyncDisposable
{
    private const int Organizations = 64;
    private readonly DirectoryInfo _data;
    private readonly EmbeddedPostgres _postgres;
    private readonly List<ChildNode> _nodes = [];

    private Cluster(DirectoryInfo data, EmbeddedPostgres postgres)
    {
        (_data, _postgres) = (data, postgres);
        Database = NpgsqlDataSource.Create(postgres.ConnectionString);
    }

    public NpgsqlDataSource Database { get; }

    /// <summary>May do everything.</summary>
    public string Token { get; private set; } = "";

    public NpgsqlConnectionStringBuilder Connection => new(_postgres.ConnectionString);

    public string DataFolder => _data.FullName;

    public static async Task<Cluster> StartAsync()
    {
        var data = Directory.CreateTempSubdirectory("libra-benchmark-");
        File.SetUnixFileMode(data.FullName, (UnixFileMode)0b111_101_101); // PostgreSQL's own user has to pass through
        var options = new EmbeddedPostgresOptions
        {
            BinFolder = RuntimeLayout.Find().PostgresBin,
            DataFolder = Path.Combine(data.FullName, "postgres"),
        };
        var cluster = new Cluster(data, await EmbeddedPostgres.StartAsync(options, NullLogger.Instance, CancellationToken.None));
        await cluster.SetUpAsync();
        return cluster;
    }

    /// <summary>The nodes' folder for objects, caches, sandboxes and sites.</summary>
    public string NodeFolder => Path.Combine(_data.FullName, "data");

    /// <summary>
    /// Makes projects <c>{prefix}-0</c> and up, spread over the organizations <c>org-0</c> and up, with quotas that never end.
    /// </summary>
    public async Task AddProjectsAsync(string prefix, int count)
    {
        await ExecuteAsync(
            $"""
             INSERT INTO public.project (id, name, template_type, user_id, organization_id)
             SELECT '{prefix}-' || i, 'Benchmark', 'static', 'user', 'org-' || i % {Organizations} FROM generate_series(0, {count - 1}) i
             """);
        await ExecuteAsync("ANALYZE public.project");
    }

    public static string OrganizationOf(int project) => string.Create(CultureInfo.InvariantCulture, $"org-{project % Organizations}");

    /// <summary>The body of a request that deploys one file.</summary>
    public static string DeployBody(string prefix, int project) =>
        $$$"""{"projectId":"{{{prefix}}}-{{{project}}}","orgId":"{{{OrganizationOf(project)}}}","userId":"user","initFiles":["""
        + $$$"""{"path":"index.html","content":"<h1>{{{prefix}}} {{{project}}}</h1>"}]}""";

    /// <param name="roles"><c>api</c>, <c>worker</c> or both.</param>
    public Task<ChildNode> AddNodeAsync(string roles, params (string Name, string Value)[] settings) =>
        AddNodeAsync(ServiceNode.WithoutTarget, roles, settings);

    /// <param name="kind">The child's argument.</param>
    /// <param name="roles"><c>api</c>, <c>worker</c> or both.</param>
    public async Task<ChildNode> AddNodeAsync(string kind, string roles, (string Name, string Value)[] settings)
    {
        var environment = new Dictionary<string, string>(settings.Select(setting => KeyValuePair.Create(setting.Name, setting.Value)))
        {
            ["Host__Environment"] = "development",
            ["Host__PostgresUrl"] = _postgres.ConnectionString + ";Maximum Pool Size=40",
            ["Host__DataDirectory"] = NodeFolder,
            ["Host__Port"] = "0",
            ["Host__EdgePort"] = "0",
            ["Host__LogLevel"] = Environment.GetEnvironmentVariable("LOG_LEVEL") ?? "error",
            ["Host__Roles"] = roles,
            ["RateLimit__Limit"] = "0",
        };
        var node = await ChildNode.StartAsync(kind, environment);
        _nodes.Add(node);
        return node;
    }

    public async Task StopNodesAsync()
    {
        foreach (var node in _nodes) await node.DisposeAsync();
        _nodes.Clear();
    }

    public async Task ExecuteAsync(string sql)
    {
        await using var command = Database.CreateCommand(sql);
        command.CommandTimeout = 600;
        await command.ExecuteNonQueryAsync();
    }

    /// <exception cref="InvalidOperationException">A deployment failed, so that what was measured is not what was meant.</exception>
    public async Task ThrowIfAnyFailedAsync()
    {
        var failure = await ScalarAsync<string>(
            "SELECT COALESCE((SELECT failure::text FROM deploy.deployments WHERE status = 'failed' LIMIT 1), '')");
        if (failure.Length > 0) throw new InvalidOperationException($"A deployment failed: {failure}");
    }

    /// <summary>Waits until a query that gives a truth value says true.</summary>
    public async Task UntilAsync(string sql, TimeSpan patience)
    {
        using var over = new CancellationTokenSource(patience);
        while (!await ScalarAsync<bool>(sql)) await Task.Delay(TimeSpan.FromMilliseconds(10), over.Token);
    }

    public async Task<List<double>> NumbersAsync(string sql)
    {
        await using var command = Database.CreateCommand(sql);
        await using var rows = await command.ExecuteReaderAsync();
        var numbers = new List<double>();
        while (await rows.ReadAsync()) numbers.Add(rows.GetDouble(0));
        return numbers;
    }

    public async Task<T> ScalarAsync<T>(string sql)
    {
        await using var command = Database.CreateCommand(sql);
        return (T)(await command.ExecuteScalarAsync())!;
    }

    public async ValueTask DisposeAsync()
    {
        await StopNodesAsync();
        await Database.DisposeAsync();
        await _postgres.DisposeAsync();
        _data.Delete(recursive: true);
    }

    private async Task SetUpAsync()
    {
        await using var host = await LibraHost.CreateAsync([], configuration => configuration.AddInMemoryCollection(
            new Dictionary<string, string?>
            {
                ["Host:Environment"] = "development",
                ["Host:PostgresUrl"] = _postgres.ConnectionString,
                ["Host:DataDirectory"] = NodeFolder,
                ["Host:LogLevel"] = "error",
            }));
        await using var scope = host.App.Services.CreateAsyncScope();
        var grant = new TokenGrant("benchmark", OrganizationId: null, UserId: null, [Scopes.Admin], ExpiresAt: null);
        var issued = await scope.ServiceProvider.GetRequiredService<IMediator>().Send(new CreateTokenCommand(grant, "benchmark"));
        Token = issued.Value.Secret.Reveal();
        await ExecuteAsync(
            $"""
             INSERT INTO public.subscription_limit
                 (id, organization_id, plan_name, plan_id, ai_nums, enhance_nums, upload_limit, deploy_limit, period_start, period_end)
             SELECT 'limit-' || i, 'org-' || i, 'FREE', 'free', 10, 10, 10, 100000000, now(), now() + interval '1 year'
             FROM generate_series(0, {Organizations - 1}) i
             """);
    }
}
