using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Libra.Deploy.Domain.Deployments;
using Libra.Deploy.IntegrationTests.Persistence;
using Libra.Deploy.IntegrationTests.Service;

namespace Libra.Deploy.IntegrationTests.Queue;

/// <summary>Provokes dead letters and reads them as an operator does.</summary>
internal static class DeadLetters
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    /// <summary>A deployment of one page that no worker started in time; the reaper ends it and nothing of Hangfire's knows it.</summary>
    public static async Task<JsonNode> ProvokeAsync(TestProject project, string html = "replayed")
    {
        var model = (await project.DeployPageAsync(html))["deploymentId"]!.GetValue<string>();
        var id = DeploymentId.New(TimeProvider.System.GetUtcNow()).Value;
        await project.Service.ExecuteAsync(
            $"""
            INSERT INTO deploy.deployments ({DeploymentColumns.Written}) SELECT {DeploymentColumns.Written} FROM (SELECT (jsonb_populate_record(d, jsonb_build_object(
                'id', $2, 'status', 'pending', 'attempt', 0, 'progress', 0, 'completed_at', null, 'hangfire_job_id', null, 'dispatched_at', null,
                'created_at', now(), 'started_at', now() - interval '1 day', 'due_at', now() + interval '1 day'))).*
            FROM deploy.deployments d WHERE id = $1) copy
            """,
            model, id);
        await project.Service.ExecuteAsync(
            "INSERT INTO deploy.deployment_sources SELECT (jsonb_populate_record(s, jsonb_build_object('deployment_id', $2))).* FROM deploy.deployment_sources s WHERE deployment_id = $1",
            model, id);
        return await UntilAsync(project.Service, $"?orgId={project.OrganizationId}&state=open",
            letters => letters.Find(letter => Text(letter, "deploymentId") == id));
    }

    /// <summary>Reads the list until it holds what is looked for.</summary>
    public static async Task<JsonNode> UntilAsync(LibraService service, string query, Func<List<JsonNode>, JsonNode?> look)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(Patience);
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(100));
        while (true)
        {
            if (look(await ListAsync(service.Admin, query)) is { } found) return found;
            await timer.WaitForNextTickAsync(limit.Token);
        }
    }

    public static async Task<List<JsonNode>> ListAsync(HttpClient client, string query)
    {
        var page = await client.GetFromJsonAsync<JsonNode>($"/status/queue/dead-letters{query}");
        return [.. page!["deadLetters"]!.AsArray().Select(letter => letter!)];
    }

    /// <summary>Waits until Hangfire shows this many failed jobs for the deployment.</summary>
    public static async Task FailedJobsBecomeAsync(LibraService service, string argument, long count)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(Patience);
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(100));
        while (await service.ScalarAsync<long>(
            "SELECT count(*) FROM hangfire.job WHERE statename = 'Failed' AND arguments::text LIKE '%' || $1 || '%'", argument) != count)
            await timer.WaitForNextTickAsync(limit.Token);
    }

    /// <summary>A client with a token of its own.</summary>
    public static async Task<HttpClient> ClientAsync(LibraService service, string? organization, params string[] scopes) =>
        service.ClientWith(await TokenAsync(service, organization, scopes));

    public static async Task<string> TokenAsync(LibraService service, string? organization, params string[] scopes)
    {
        var body = new JsonObject { ["name"] = "test", ["scopes"] = new JsonArray([.. scopes.Select(scope => (JsonNode)scope)]) };
        if (organization is not null) body["organizationId"] = organization;
        using var answer = await service.Admin.PostAsJsonAsync("/tokens", body);
        return Text((await answer.Content.ReadFromJsonAsync<JsonNode>())!, "secret");
    }

    public static string Text(JsonNode node, string field) => node[field]?.GetValue<string>() ?? string.Empty;
}
