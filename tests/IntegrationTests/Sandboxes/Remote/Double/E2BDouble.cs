using System.Collections.Concurrent;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;

namespace Libra.Deploy.IntegrationTests.Sandboxes.Remote.Double;

/// <summary>
/// As much of E2B as a build touches: its control plane, and the daemon inside its sandboxes. E2B's own SDK works with it.
/// </summary>
internal sealed class E2BDouble : ProviderDouble
{
    private const string AccessToken = "access-token-of-one-sandbox";
    private const string TrafficToken = "traffic-access-token-of-one-sandbox";

    private readonly ConcurrentDictionary<string, bool> _public = new();

    public E2BDouble()
    {
        Map("new sandbox", "POST", "/sandboxes", context => OwnedAsync(context, CreateAsync));
        Map("new sandbox", "POST", "/v2/sandboxes", context => OwnedAsync(context, CreateAsync));
        Map("list of sandboxes", "GET", "/v2/sandboxes", context => OwnedAsync(context, ListAsync));
        Map("state of a sandbox", "GET", "/sandboxes/{id}", context => OwnedAsync(
            context, _ => FoundAsync(context, machine => context.Response.WriteAsJsonAsync(Describe(IdOf(context), machine)))));
        Map("end of a sandbox", "DELETE", "/sandboxes/{id}",
            context => OwnedAsync(context, _ => FoundAsync(context, machine => Done(context, machine.Dispose))));
        Map("time limit", "POST", "/sandboxes/{id}/timeout", context => OwnedAsync(context, body => FoundAsync(
            context, machine => Done(context, () => machine.Renew(TimeSpan.FromSeconds((int)body["timeout"]!))))));
        Map("network", "PUT", "/sandboxes/{id}/network", context => OwnedAsync(context, body => FoundAsync(
            context, machine => Done(context, () => machine.Local.HasNetwork = (bool?)body["allow_internet_access"] != false))));
        Map("file upload", "POST", "/files", context => InsideAsync(context, machine => UploadAsync(context, machine)));
        Map("file download", "GET", "/files", context => InsideAsync(context, machine => DownloadAsync(context, machine)));
        Map("command", "POST", "/process.Process/Start", context => InsideAsync(context, machine => E2BProcess.RunAsync(context, machine)));
        Map("health", "GET", "/health", context => InsideAsync(context, _ => Done(context, () => { })));
    }

    private async Task CreateAsync(HttpContext context, JsonObject body)
    {
        var id = $"i{Guid.NewGuid():N}"[..20];
        var labels = body["metadata"]?.Deserialize<Dictionary<string, string>>() ?? [];
        _public[id] = (bool?)body["network"]?["allowPublicTraffic"] != false;
        Machines[id] = new RentedLocalMachine(new LocalMachine(HasToolchain), labels, TimeSpan.FromSeconds((int?)body["timeout"] ?? 15));
        context.Response.StatusCode = 201;
        await context.Response.WriteAsJsonAsync(new JsonObject
        {
            ["templateID"] = (string)body["templateID"]!,
            ["sandboxID"] = id,
            ["clientID"] = "c",
            ["envdVersion"] = "0.6.5",
            ["envdAccessToken"] = AccessToken,
            ["trafficAccessToken"] = _public[id] ? null : TrafficToken,
            ["domain"] = null,
        });
    }

    private async Task ListAsync(HttpContext context, JsonObject body)
    {
        var wanted = Microsoft.AspNetCore.WebUtilities.QueryHelpers.ParseQuery((string?)context.Request.Query["metadata"] ?? "");
        var matching = Machines.Where(
            entry => !entry.Value.IsGone && wanted.All(pair => entry.Value.Labels.GetValueOrDefault(pair.Key) == pair.Value))
            .OrderBy(entry => entry.Key, StringComparer.Ordinal)
            .Where(entry => string.CompareOrdinal(entry.Key, (string?)context.Request.Query["nextToken"] ?? "") > 0).ToList();
        // Small pages, so that who reads only the first one is found out.
        var page = matching.Take(2).ToList();
        if (matching.Count > page.Count) context.Response.Headers["X-Next-Token"] = page[^1].Key;
        await context.Response.WriteAsJsonAsync(new JsonArray([.. page.Select(entry => Describe(entry.Key, entry.Value))]));
    }

    private static JsonObject Describe(string id, RentedLocalMachine machine) => new()
    {
        ["templateID"] = "t",
        ["sandboxID"] = id,
        ["clientID"] = "c",
        ["startedAt"] = machine.StartedAt.ToString("O"),
        ["endAt"] = machine.StartedAt.AddMinutes(5).ToString("O"),
        ["cpuCount"] = 2,
        ["memoryMB"] = 2048,
        ["diskSizeMB"] = 4096,
        ["state"] = "running",
        ["envdVersion"] = "0.6.5",
        ["metadata"] = JsonSerializer.SerializeToNode(machine.Labels),
    };

    private static async Task UploadAsync(HttpContext context, RentedLocalMachine machine)
    {
        var path = (string)context.Request.Query["path"]!;
        var target = machine.Local.At(path);
        Directory.CreateDirectory(Path.GetDirectoryName(target)!);
        await using (var file = File.Create(target))
        {
            if (context.Request.HasFormContentType) await context.Request.Form.Files.Single().CopyToAsync(file);
            else await context.Request.Body.CopyToAsync(file);
        }

        await context.Response.WriteAsJsonAsync(
            new JsonArray(new JsonObject { ["path"] = path, ["name"] = Path.GetFileName(path), ["type"] = "file" }));
    }

    private static async Task DownloadAsync(HttpContext context, RentedLocalMachine machine)
    {
        var file = machine.Local.At((string)context.Request.Query["path"]!);
        if (!File.Exists(file))
        {
            await RefuseAsync(context, 404, "no such file");
            return;
        }

        context.Response.ContentType = "application/octet-stream";
        await context.Response.SendFileAsync(file);
    }

    private static async Task OwnedAsync(HttpContext context, Func<HttpContext, JsonObject, Task> handle)
    {
        if (context.Request.Headers["X-API-Key"] != Key)
        {
            await RefuseAsync(context, 401, "Invalid API key");
            return;
        }

        await handle(context, context.Request.Body.Length > 0 ? (await context.Request.ReadFromJsonAsync<JsonObject>())! : []);
    }

    private static Task OwnedAsync(HttpContext context, Func<JsonObject, Task> handle) => OwnedAsync(context, (_, body) => handle(body));

    private Task FoundAsync(HttpContext context, Func<RentedLocalMachine, Task> handle) =>
        Machines.TryGetValue(IdOf(context), out var machine) && !machine.IsGone
            ? handle(machine)
            : RefuseAsync(context, 404, "no such sandbox");

    private Task InsideAsync(HttpContext context, Func<RentedLocalMachine, Task> handle)
    {
        var id = (string?)context.Request.Headers["E2b-Sandbox-Id"] ?? "";
        if (context.Request.Headers["E2b-Sandbox-Port"] != "49983" || !Machines.TryGetValue(id, out var machine) || machine.IsGone)
            return RefuseAsync(context, 502, "The sandbox was not found");
        if (!_public[id] && context.Request.Headers["E2B-Traffic-Access-Token"] != TrafficToken)
            return RefuseAsync(context, 403, "Sandbox is secured with traffic access token");
        return context.Request.Headers["X-Access-Token"] == AccessToken ? handle(machine) : RefuseAsync(context, 401, "access token");
    }

    private static string IdOf(HttpContext context) => (string)context.Request.RouteValues["id"]!;

    private static Task Done(HttpContext context, Action act)
    {
        act();
        context.Response.StatusCode = 204;
        return Task.CompletedTask;
    }

    private static Task RefuseAsync(HttpContext context, int status, string message)
    {
        context.Response.StatusCode = status;
        return context.Response.WriteAsJsonAsync(new JsonObject { ["code"] = status, ["message"] = message });
    }
}
