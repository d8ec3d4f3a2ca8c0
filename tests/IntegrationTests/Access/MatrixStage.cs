using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;
using Libra.Deploy.Domain.Access;
using Libra.Deploy.IntegrationTests.Http;
using Libra.Deploy.IntegrationTests.Queue;
using Libra.Deploy.IntegrationTests.Service;

namespace Libra.Deploy.IntegrationTests.Access;

/// <summary>Who asks.</summary>
public enum Who
{
    /// <summary>No credential.</summary>
    Stranger,

    /// <summary>Of the right organization, with every scope but the one that is needed.</summary>
    WithoutTheScope,

    /// <summary>Of another organization, with every scope that an organization can have.</summary>
    Foreigner,

    /// <summary>Of the right organization, with the needed scope and no other.</summary>
    RightOne,

    /// <summary>May do everything.</summary>
    Admin,
}

/// <summary>An organization with one object of each kind, and callers of each kind.</summary>
public sealed class MatrixStage(LibraService service) : IAsyncLifetime
{
    private TestProject _project = null!;
    private string _deployment = null!;
    private string _deadLetter = null!;
    private string _webhook = null!;
    private string? _spareWebhook;
    private string _delivery = null!;
    private string _foreignOrganization = null!;

    internal LibraService Service => service;

    public async ValueTask InitializeAsync()
    {
        _project = await service.NewProjectAsync();
        _webhook = await AddWebhookAsync();
        var letter = await DeadLetters.ProvokeAsync(_project);
        _deadLetter = DeadLetters.Text(letter, "id");
        _deployment = DeadLetters.Text(await _project.DeployPageAsync("<h1>matrix</h1>"), "deploymentId");
        _delivery = (await service.Admin.GetFromJsonAsync<JsonNode>($"{Webhooks}/{_webhook}/deliveries"))!["deliveries"]![0]!["id"]!
            .GetValue<string>();
        _foreignOrganization = (await service.NewProjectAsync()).OrganizationId;
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    /// <summary>The objects, with a token and a webhook of its own for whoever wants to remove one.</summary>
    internal async Task<MatrixIds> IdsAsync() => new(
        _project.OrganizationId, _project.UserId, _project.Id, _deployment, _deadLetter,
        (await IssueAsync(_project.OrganizationId, Scopes.DeploymentsRead)).Text("id")!, await SpareWebhookAsync(), _webhook, _delivery);

    internal async Task<HttpClient> ClientAsync(Who who, MatrixRow row)
    {
        var others = Scopes.All.Where(scope => scope != Scopes.Admin && scope != row.Scope).ToArray();
        var home = row.AllOrganizations ? null : _project.OrganizationId;
        return who switch
        {
            Who.Stranger => Client(),
            Who.WithoutTheScope => await ClientOfAsync(home, others),
            Who.Foreigner => await ClientOfAsync(_foreignOrganization, [.. Scopes.All.Where(scope => scope != Scopes.Admin)]),
            Who.RightOne when row.Scope is { } scope => await ClientOfAsync(home, scope),
            _ => await ClientOfAsync(null, Scopes.Admin),
        };
    }

    private string Webhooks => $"/organizations/{_project.OrganizationId}/webhooks";

    // Their number is limited, and few callers get as far as removing it.
    private async Task<string> SpareWebhookAsync()
    {
        if (_spareWebhook is not null)
        {
            using var answer = await service.Admin.GetAsync($"{Webhooks}/{_spareWebhook}");
            if (answer.IsSuccessStatusCode) return _spareWebhook;
        }

        return _spareWebhook = await AddWebhookAsync();
    }

    private async Task<string> AddWebhookAsync()
    {
        using var answer = await service.Admin.PostAsJsonAsync(Webhooks, new { url = "https://example.com/" });
        return (await answer.JsonAsync()).GetProperty("webhook").GetProperty("id").GetString()!;
    }

    private async Task<HttpClient> ClientOfAsync(string? organization, params string[] scopes)
    {
        var client = Client();
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue(
            "Bearer", (await IssueAsync(organization, scopes)).Text("secret"));
        return client;
    }

    // The first answer is judged, wherever it sends.
    private HttpClient Client() =>
        new(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false }) { BaseAddress = service.Stranger.BaseAddress };

    private async Task<JsonElement> IssueAsync(string? organization, params string[] scopes)
    {
        var grant = new JsonObject { ["name"] = "matrix", ["scopes"] = new JsonArray([.. scopes.Select(scope => (JsonNode)scope)]) };
        if (organization is not null) grant["organizationId"] = organization;
        using var answer = await service.Admin.PostAsJsonAsync("/tokens", grant);
        return await answer.JsonAsync();
    }
}
