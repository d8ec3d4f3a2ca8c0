using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Libra.Deploy.Application.Access;
using Libra.Deploy.Domain.Access;
using Libra.Deploy.Infrastructure.Access;
using Libra.Deploy.IntegrationTests.Persistence;
using MediatR;
using Microsoft.Extensions.DependencyInjection;

namespace Libra.Deploy.IntegrationTests.Service;

/// <summary>
/// A platform with one organization, its projects <c>p1</c>, <c>p2</c>, … and one plan, in tables that the platform made and filled itself,
/// and as many processes of the service on it as a test starts.
/// </summary>
internal sealed class PlatformStage : IAsyncDisposable
{
    public const string Organization = "org1";
    public const string User = "u1";

    private readonly PlatformDatabase _database;
    private readonly List<ServiceProcess> _processes = [];

    private PlatformStage(PlatformDatabase database, string token) => (_database, Token) = (database, token);

    /// <summary>May deploy in every organization, and is nobody's in particular.</summary>
    public string Token { get; }

    public static async Task<PlatformStage> SetAsync(TestPostgres server, int projects, int left)
    {
        var database = await PlatformDatabase.CreateAsync(server, services => services.AddAccess());
        await database.ExecuteAsync(
            """
            INSERT INTO public.project (id, name, template_type, user_id, organization_id)
            SELECT 'p' || n, 'Project', 'static', $2, $3 FROM generate_series(1, $1) n
            """,
            projects, User, Organization);
        await database.ExecuteAsync(
            """
            INSERT INTO public.subscription_limit (id, organization_id, plan_name, plan_id, ai_nums, enhance_nums, upload_limit, deploy_limit, period_start, period_end)
            VALUES ('limit1', $2, 'FREE', 'free', 10, 10, 10, $1, now() - interval '1 day', now() + interval '1 month')
            """,
            left, Organization);
        return new PlatformStage(database, await IssueAsync(database));
    }

    /// <summary>Starts a node that only answers the API, unless the settings say otherwise: what it accepts stays as accepted.</summary>
    public async Task<ServiceProcess> StartAsync(
        IEnumerable<(string Key, string Value)> settings, IEnumerable<(string Name, string Value)>? environment = null)
    {
        var process = await ServiceProcess.StartAsync(_database.ConnectionString, settings.Prepend(("Host:Roles", "api")), environment);
        _processes.Add(process);
        return process;
    }

    /// <summary>Asks for a deployment of one page.</summary>
    public static Task<HttpResponseMessage> DeployAsync(HttpClient client, string project) =>
        client.PostAsJsonAsync("/deploy", new JsonObject
        {
            ["projectId"] = project,
            ["orgId"] = Organization,
            ["userId"] = User,
            ["initFiles"] = TestProject.Files(("index.html", "<h1>page</h1>")),
        });

    public Task<T> AskAsync<T>(string sql, params object[] parameters) => _database.AskAsync<T>(sql, parameters);

    public Task<int> LeftAsync() =>
        AskAsync<int>("SELECT deploy_limit FROM public.subscription_limit WHERE organization_id = $1", Organization);

    /// <summary>Charges that stand.</summary>
    public Task<long> ChargesAsync() => AskAsync<long>("SELECT count(*) FROM deploy.quota_charges WHERE refunded_at IS NULL");

    public Task<long> DeploymentsAsync() => AskAsync<long>("SELECT count(*) FROM deploy.deployments");

    /// <summary>Charges without a deployment and deployments without a charge.</summary>
    public Task<long> UnmatchedAsync() => AskAsync<long>(
        "SELECT count(*) FROM deploy.quota_charges c FULL JOIN deploy.deployments d ON d.id = c.deployment_id WHERE c.deployment_id IS NULL OR d.id IS NULL");

    /// <summary>Waits until PostgreSQL has noticed that a killed process is gone, and undone what it had not committed.</summary>
    public Task QuietAsync() => Eventually.BecomesTrueAsync(
        async () => await AskAsync<long>(
            """
            SELECT count(*) FROM pg_stat_activity
            WHERE datname = current_database() AND backend_type = 'client backend' AND pid <> pg_backend_pid() AND state <> 'idle'
            """) == 0,
        TimeSpan.FromSeconds(30),
        "a dead client's transaction is undone");

    public async ValueTask DisposeAsync()
    {
        foreach (var process in _processes) await process.DisposeAsync();
        await _database.DisposeAsync();
    }

    private static async Task<string> IssueAsync(PlatformDatabase database)
    {
        await using var scope = database.Services.CreateAsyncScope();
        var grant = new TokenGrant("test", OrganizationId: null, UserId: null, [Scopes.Admin], ExpiresAt: null);
        var issued = await scope.ServiceProvider.GetRequiredService<IMediator>()
            .Send(new CreateTokenCommand(grant, "test"), TestContext.Current.CancellationToken);
        return issued.Value.Secret.Reveal();
    }
}
