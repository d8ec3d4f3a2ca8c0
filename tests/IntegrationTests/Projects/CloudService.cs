using System.Diagnostics;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Libra.Deploy.IntegrationTests.Cloudflare.Double;
using Libra.Deploy.IntegrationTests.Service;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace Libra.Deploy.IntegrationTests.Projects;

/// <summary>The whole service with a Cloudflare account behind it, which is a double; one for all tests of a class.</summary>
public sealed class CloudService : IAsyncLifetime
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);
    private Dispatcher _dispatcher = null!;
    private OwnService _service = null!;

    internal CloudflareDouble Cloudflare { get; private set; } = null!;

    public HttpClient Admin => _service.Client;

    public IServiceProvider Services => _service.Host.App.Services;

    public async ValueTask InitializeAsync()
    {
        Cloudflare = await CloudflareDouble.StartAsync();
        _dispatcher = await Dispatcher.StartAsync(Cloudflare);
        _service = await OwnService.StartAsync(
            ("Cloudflare:AccountId", CloudflareDouble.AccountId), ("Cloudflare:ApiToken", CloudflareDouble.Token),
            ("Cloudflare:ZoneId", CloudflareDouble.ZoneId),
            ("Cloudflare:ApiBaseUrl", Cloudflare.BaseUrl.AbsoluteUri), ("Cloudflare:DispatcherUrl", _dispatcher.Address),
            ("Cloudflare:CallsPerFiveMinutes", "100000"),
            ("CustomDomains:Schedule", "* * * * * *"), ("CustomDomains:FirstPause", "00:00:00.200"),
            ("CustomDomains:LivePause", "00:00:00.500"),
            ("RateLimit:Limit", "0"), ("Deployments:RetryDelay", "00:00:00.200"));
        await _service.SignInAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await _service.DisposeAsync();
        await _dispatcher.DisposeAsync();
        await Cloudflare.DisposeAsync();
    }

    /// <summary>A project of an organization of its own.</summary>
    public async Task<CloudProject> NewProjectAsync()
    {
        var project = new CloudProject(this, $"p-{Guid.NewGuid().ToString("N")[..12]}");
        using var limits = await Admin.PutAsJsonAsync(
            $"/organizations/{project.OrganizationId}/limits", new JsonObject { ["deployLimit"] = 100 });
        limits.EnsureSuccessStatusCode();
        await project.PutAsync(new JsonObject { ["templateType"] = "static" });
        return project;
    }

    /// <summary>Waits for the end of a deployment.</summary>
    public async Task<JsonNode> EndOfAsync(string id)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(50));
        for (var waited = Stopwatch.StartNew(); ; await timer.WaitForNextTickAsync(TestContext.Current.CancellationToken))
        {
            var status = await StatusAsync(id);
            if ((string)status["status"]! is "completed" or "failed" or "cancelled") return status;
            waited.Elapsed.Should().BeLessThan(Patience, "the deployment stands at {0}", status);
        }
    }

    /// <summary>What a visitor of the deployment's address gets.</summary>
    public async Task<string> VisitAsync(JsonNode deployment)
    {
        var address = new Uri((string)deployment["workerUrl"]!);
        using var visit = new HttpRequestMessage(HttpMethod.Get, _dispatcher.Address); // names below localhost are not known to every resolver
        visit.Headers.Host = address.Authority;
        using var answer = await Admin.SendAsync(visit);
        return await answer.Content.ReadAsStringAsync();
    }

    public async Task<JsonNode> StatusAsync(string id) => (await Admin.GetFromJsonAsync<JsonNode>($"/deploy/{id}/status"))!;

    /// <summary>One value of the platform's own row.</summary>
    public async Task<object?> ColumnAsync(string project, string column)
    {
        await using var command = Services.GetRequiredService<NpgsqlDataSource>()
            .CreateCommand($"SELECT {column} FROM public.project WHERE id = $1");
        command.Parameters.AddWithValue(project);
        return await command.ExecuteScalarAsync() is { } value and not DBNull ? value : null;
    }

    /// <summary>How many claims there are on a domain, those given up included.</summary>
    public async Task<long> ClaimsAsync(string domain)
    {
        await using var command = Services.GetRequiredService<NpgsqlDataSource>()
            .CreateCommand("SELECT count(*) FROM deploy.custom_domains WHERE domain = $1");
        command.Parameters.AddWithValue(domain);
        return (long)(await command.ExecuteScalarAsync())!;
    }
}

/// <summary>A project that only one test knows.</summary>
public sealed record CloudProject(CloudService Service, string Id)
{
    public string OrganizationId => $"org-{Id}";

    public string UserId => $"user-{Id}";

    public string Domain => $"{Id}.example.org";

    /// <summary>Changes the project over HTTP.</summary>
    public async Task PutAsync(JsonObject body)
    {
        (body["organizationId"], body["userId"]) = (OrganizationId, UserId);
        using var saved = await Service.Admin.PutAsJsonAsync($"/projects/{Id}", body);
        saved.IsSuccessStatusCode.Should().BeTrue("{0}", await saved.Content.ReadAsStringAsync());
    }

    public async Task<JsonNode> GetAsync() => (await Service.Admin.GetFromJsonAsync<JsonNode>($"/projects/{Id}"))!["project"]!;

    public Task<HttpResponseMessage> PostAsync(string? domain, string page = "page")
    {
        var body = new JsonObject
        {
            ["projectId"] = Id,
            ["orgId"] = OrganizationId,
            ["userId"] = UserId,
            ["initFiles"] = TestProject.Files(("index.html", page))
        };
        if (domain is not null) body["customDomain"] = domain;
        return Service.Admin.PostAsJsonAsync("/deploy", body);
    }

    /// <summary>Deploys one page and waits for the end.</summary>
    public async Task<JsonNode> DeployAsync(string? domain, string page = "page")
    {
        using var answer = await PostAsync(domain, page);
        var accepted = (await answer.Content.ReadFromJsonAsync<JsonNode>())!;
        answer.IsSuccessStatusCode.Should().BeTrue("{0}", accepted);
        return await Service.EndOfAsync((string)accepted["deploymentId"]!);
    }

    /// <summary>Waits until the platform's row shows a status of the domain.</summary>
    public Task ShowsAsync(string? status) => Eventually.BecomesTrueAsync(
        async () => (string?)await Service.ColumnAsync(Id, "custom_domain_status") == status, TimeSpan.FromSeconds(60),
        $"the domain becomes {status}");
}
