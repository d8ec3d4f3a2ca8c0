using System.Diagnostics;
using System.Net.Http.Json;
using System.Text.Json.Nodes;

namespace Libra.Deploy.IntegrationTests.Service;

/// <summary>A project of an organization that only one test knows, and what a client can do with it.</summary>
public sealed record TestProject(LibraService Service, string Id, string OrganizationId, string UserId)
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(10);

    /// <summary>The body of a request that deploys it; null leaves the source to the project.</summary>
    public JsonObject Request(JsonNode? initFiles = null, JsonNode? history = null)
    {
        var body = new JsonObject { ["projectId"] = Id, ["orgId"] = OrganizationId, ["userId"] = UserId };
        if (initFiles is not null) body["initFiles"] = initFiles;
        if (history is not null) body["historyMessages"] = history;
        return body;
    }

    public Task<HttpResponseMessage> PostAsync(JsonObject body) => Service.Admin.PostAsJsonAsync("/deploy", body);

    /// <summary>Deploys and waits for the end.</summary>
    public async Task<JsonNode> DeployAsync(JsonNode? initFiles = null, JsonNode? history = null) =>
        await EndOfAsync(await StartAsync(initFiles, history));

    /// <summary>Deploys one page.</summary>
    public Task<JsonNode> DeployPageAsync(string html) => DeployAsync(Files(("index.html", html)));

    /// <returns>The id of an accepted deployment.</returns>
    public async Task<string> StartAsync(JsonNode? initFiles = null, JsonNode? history = null)
    {
        using var response = await PostAsync(Request(initFiles, history));
        var answer = await response.Content.ReadFromJsonAsync<JsonNode>();
        response.IsSuccessStatusCode.Should().BeTrue("{0}", answer);
        return answer!["deploymentId"]!.GetValue<string>();
    }

    public async Task<JsonNode> StatusAsync(string id) => (await Service.Admin.GetFromJsonAsync<JsonNode>($"/deploy/{id}/status"))!;

    /// <summary>Waits until the deployment has ended.</summary>
    public Task<JsonNode> EndOfAsync(string id) => UntilAsync(id, status => status is "completed" or "failed" or "cancelled");

    /// <summary>Waits until the deployment's status is as asked, no longer than a limit.</summary>
    public async Task<JsonNode> UntilAsync(string id, Func<string, bool> reached)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(50));
        for (var waited = Stopwatch.StartNew(); ; await timer.WaitForNextTickAsync(TestContext.Current.CancellationToken))
        {
            var status = await StatusAsync(id);
            if (reached(status["status"]!.GetValue<string>())) return status;
            waited.Elapsed.Should().BeLessThan(Patience, "the deployment stands at {0}", status);
        }
    }

    /// <summary>Asks the deployed site as a visitor would.</summary>
    public static async Task<HttpResponseMessage> VisitAsync(JsonNode completed, string path = "/")
    {
        var address = new Uri(completed["workerUrl"]!.GetValue<string>());
        using var client = new HttpClient();
        using var request = new HttpRequestMessage(HttpMethod.Get, $"http://127.0.0.1:{address.Port}{path}");
        request.Headers.Host = address.Authority;
        return await client.SendAsync(request);
    }

    public static async Task<string> VisitTextAsync(JsonNode completed, string path = "/")
    {
        using var response = await VisitAsync(completed, path);
        return await response.Content.ReadAsStringAsync();
    }

    /// <summary>Files in the array form of the contract.</summary>
    public static JsonArray Files(params (string Path, string Content)[] files) =>
        new([.. files.Select(file => (JsonNode)new JsonObject { ["path"] = file.Path, ["content"] = file.Content })]);

    /// <summary>A history of one diff message.</summary>
    public static JsonArray Diffs(params (string Path, string Content)[] files) => new(new JsonObject
    {
        ["type"] = "diff",
        ["diff"] = new JsonArray(
            [.. files.Select(
                file => (JsonNode)new JsonObject { ["path"] = file.Path, ["type"] = "edit",
                    ["modified"] = file.Content, ["original"] = "" })]),
    });
}
