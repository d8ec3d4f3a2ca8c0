using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Libra.Deploy.Application.Access;
using Libra.Deploy.Domain.Access;
using Libra.Deploy.WebApi.Composition;
using MediatR;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace Libra.Deploy.IntegrationTests.Service;

/// <summary>
/// The whole service in this process on a database and a folder that a test chose, with one organization and project to deploy.
/// </summary>
internal sealed class ServiceNode : IAsyncDisposable
{
    public const string Project = "shop";
    public const string Organization = "org";
    public const string User = "user";

    private ServiceNode(LibraHost host, HttpClient admin) => (Host, Admin) = (host, admin);

    public LibraHost Host { get; }

    /// <summary>A client that may do everything.</summary>
    public HttpClient Admin { get; }

    /// <param name="settings">Beside the ones that every node here has.</param>
    public static async Task<ServiceNode> StartAsync(string database, string folder, params (string Key, string Value)[] settings)
    {
        var host = await CreateAsync(database, folder, settings);
        await AddProjectAsync(host.App.Services.GetRequiredService<NpgsqlDataSource>());
        await host.App.StartAsync(TestContext.Current.CancellationToken);
        var admin = new HttpClient { BaseAddress = new Uri(host.Address), Timeout = TimeSpan.FromMinutes(20) };
        admin.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", await TokenAsync(host.App.Services));
        return new ServiceNode(host, admin);
    }

    /// <summary>Builds the service, which brings the database up to date, and starts nothing.</summary>
    public static Task<LibraHost> CreateAsync(string database, string folder, params (string Key, string Value)[] settings) =>
        LibraHost.CreateAsync([], configuration => configuration.AddInMemoryCollection(
            new Dictionary<string, string?>
            {
                ["Host:Environment"] = "development",
                ["Host:PostgresUrl"] = database,
                ["Host:DataDirectory"] = folder,
                ["Host:Port"] = "0",
                ["Host:EdgePort"] = "0",
                ["Host:LogLevel"] = "error",
                ["RateLimit:Limit"] = "0",
            }.Concat(settings.Select(setting => KeyValuePair.Create(setting.Key, (string?)setting.Value)))));

    /// <summary>Makes a token with every right, by a host that never serves.</summary>
    public static async Task<string> IssueTokenAsync(string database, string folder)
    {
        await using var host = await CreateAsync(database, folder);
        return await TokenAsync(host.App.Services);
    }

    /// <returns>The id of an accepted deployment of these files.</returns>
    public Task<string> StartDeploymentAsync(params (string Path, string Content)[] files) => AcceptedAsync("/deploy", new JsonObject
    {
        ["projectId"] = Project,
        ["orgId"] = Organization,
        ["userId"] = User,
        ["initFiles"] = TestProject.Files(files),
    });

    /// <summary>Deploys one page and waits until it is live.</summary>
    public async Task<JsonNode> DeployPageAsync(string html) => await CompletedAsync(await StartDeploymentAsync(("index.html", html)));

    /// <summary>Makes an earlier version live again.</summary>
    public async Task<JsonNode> RollBackAsync(JsonNode to) =>
        await CompletedAsync(await AcceptedAsync($"/deploy/{to["deploymentId"]}/rollback", body: null));

    /// <summary>Waits until the deployment has ended, which must be well.</summary>
    public async Task<JsonNode> CompletedAsync(string id)
    {
        JsonNode? status = null;
        await Eventually.BecomesTrueAsync(
            async () => (status = await Admin.GetFromJsonAsync<JsonNode>($"/deploy/{id}/status"))!["status"]!.GetValue<string>()
                is "completed" or "failed",
            TimeSpan.FromMinutes(10),
            "the deployment ends");
        status!["status"]!.GetValue<string>().Should().Be("completed", "{0}", status);
        return status;
    }

    public async ValueTask DisposeAsync()
    {
        Admin.Dispose();
        await Host.App.StopAsync();
        await Host.DisposeAsync();
    }

    private async Task<string> AcceptedAsync(string address, JsonObject? body)
    {
        using var answer = await Admin.PostAsJsonAsync(address, body, TestContext.Current.CancellationToken);
        var accepted = await answer.Content.ReadFromJsonAsync<JsonNode>(TestContext.Current.CancellationToken);
        answer.IsSuccessStatusCode.Should().BeTrue("{0}", accepted);
        return accepted!["deploymentId"]!.GetValue<string>();
    }

    private static async Task AddProjectAsync(NpgsqlDataSource database)
    {
        await using var insert = database.CreateCommand(
            $"""
             INSERT INTO public.project (id, name, template_type, user_id, organization_id)
             VALUES ('{Project}', 'Shop', 'static', '{User}', '{Organization}') ON CONFLICT DO NOTHING;
             INSERT INTO public.subscription_limit
                 (id, organization_id, plan_name, plan_id, ai_nums, enhance_nums, upload_limit, deploy_limit, period_start, period_end)
             VALUES ('limit', '{Organization}', 'FREE', 'free', 10, 10, 10, 100, now(), now() + interval '1 month') ON CONFLICT DO NOTHING;
             """);
        await insert.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
    }

    private static async Task<string> TokenAsync(IServiceProvider services)
    {
        await using var scope = services.CreateAsyncScope();
        var grant = new TokenGrant("test", OrganizationId: null, UserId: null, [Scopes.Admin], ExpiresAt: null);
        var issued = await scope.ServiceProvider.GetRequiredService<IMediator>().Send(new CreateTokenCommand(grant, "test"));
        return issued.Value.Secret.Reveal();
    }
}
