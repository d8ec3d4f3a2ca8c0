using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;

namespace Libra.Deploy.IntegrationTests.Sandboxes.Remote.Double;

/// <summary>
/// As much of Daytona as a build touches: its control plane, and the toolbox of its sandboxes. Daytona's own SDK works with it.
/// </summary>
internal sealed class DaytonaDouble : ProviderDouble
{
    private readonly DaytonaSessions _sessions = new();

    public DaytonaDouble()
    {
        Map("new sandbox", "POST", "/api/sandbox", context => OwnedAsync(context, CreateAsync));
        Map("list of sandboxes", "GET", "/api/sandbox", context => OwnedAsync(context, ListAsync));
        Map("state of a sandbox", "GET", "/api/sandbox/{id}",
            context => FoundAsync(context, (machine, _) => AnswerAsync(context, Describe(IdOf(context), machine, "started"))));
        Map("end of a sandbox", "DELETE", "/api/sandbox/{id}", context => FoundAsync(context, (machine, _) =>
        {
            machine.Dispose();
            return AnswerAsync(context, Describe(IdOf(context), machine, "destroyed"));
        }));
        Map("time limit", "POST", "/api/sandbox/{id}/last-activity",
            context => FoundAsync(context, (machine, _) => DoneAsync(context, 201, () => machine.Renew(machine.Lease))));
        Map("network", "POST", "/api/sandbox/{id}/network-settings", context => FoundAsync(context, (machine, body) =>
        {
            machine.Local.HasNetwork = (bool?)body["networkBlockAll"] != true;
            return AnswerAsync(context, Describe(IdOf(context), machine, "started"));
        }));
        Map("address of the toolbox", "GET", "/api/sandbox/{id}/toolbox-proxy-url",
            context => FoundAsync(context, (_, _) => AnswerAsync(context, new JsonObject { ["url"] = Toolbox })));
        MapToolbox();
    }

    private string Toolbox => $"{Address.AbsoluteUri}toolbox";

    private void MapToolbox()
    {
        Map("file upload", "POST", "/toolbox/{id}/files/bulk-upload",
            context => FoundAsync(context, (machine, _) => UploadAsync(context, machine)));
        Map("file download", "GET", "/toolbox/{id}/files/download",
            context => FoundAsync(context, (machine, _) => DownloadAsync(context, machine, (string)context.Request.Query["path"]!)));
        Map("command and wait", "POST", "/toolbox/{id}/process/execute",
            context => FoundAsync(context, (machine, body) => ExecuteAsync(context, machine, body)));
        Map("new session", "POST", "/toolbox/{id}/process/session",
            context => FoundAsync(context, (_, body) => _sessions.Add((string)body["sessionId"]!)
                ? DoneAsync(context, 201, () => { })
                : RefuseAsync(context, 409, "session already exists")));
        Map("command", "POST", "/toolbox/{id}/process/session/{session}/exec", context => FoundAsync(context, async (machine, body) =>
        {
            var started = await _sessions.StartAsync((string)context.Request.RouteValues["session"]!, machine, (string)body["command"]!);
            if ((bool?)body["runAsync"] != true && (bool?)body["async"] != true) await started.Ended;
            context.Response.StatusCode = started.Ended.IsCompleted ? 200 : 202;
            await AnswerAsync(context, started.Describe(withOutput: started.Ended.IsCompleted));
        }));
        Map("end of a command", "GET", "/toolbox/{id}/process/session/{session}/command/{command}",
            context => CommandAsync(context, command => AnswerAsync(context, command.Describe(withOutput: false))));
        Map("log", "GET", "/toolbox/{id}/process/session/{session}/command/{command}/logs",
            context => CommandAsync(context, command => command.TellAsync(context)));
        Map("end of a session", "DELETE", "/toolbox/{id}/process/session/{session}", context => FoundAsync(
            context, (_, _) => DoneAsync(context, 204, () => _sessions.End((string)context.Request.RouteValues["session"]!))));
    }

    private async Task CreateAsync(HttpContext context, JsonObject body)
    {
        var id = Guid.NewGuid().ToString();
        var labels = body["labels"]?.Deserialize<Dictionary<string, string>>() ?? [];
        var machine = new RentedLocalMachine(
            new LocalMachine(HasToolchain), labels, TimeSpan.FromMinutes((int?)body["autoStopInterval"] ?? 15));
        Machines[id] = machine;
        await AnswerAsync(context, Describe(id, machine, "creating")); // who does not ask again until it has started is found out
    }

    private async Task ListAsync(HttpContext context, JsonObject body)
    {
        var wanted = JsonSerializer.Deserialize<Dictionary<string, string>>((string?)context.Request.Query["labels"] ?? "{}")!;
        var matching = Machines.Where(
            entry => !entry.Value.IsGone && wanted.All(pair => entry.Value.Labels.GetValueOrDefault(pair.Key) == pair.Value))
            .OrderBy(entry => entry.Key, StringComparer.Ordinal)
            .Where(entry => string.CompareOrdinal(entry.Key, (string?)context.Request.Query["cursor"] ?? "") > 0).ToList();
        var page = matching.Take(2).ToList();
        await AnswerAsync(context, new JsonObject
        {
            ["items"] = new JsonArray([.. page.Select(entry => Describe(entry.Key, entry.Value, "started"))]),
            ["nextCursor"] = matching.Count > page.Count ? page[^1].Key : null,
        });
    }

    private JsonObject Describe(string id, RentedLocalMachine machine, string state) => new()
    {
        ["id"] = id,
        ["organizationId"] = "o",
        ["name"] = id,
        ["user"] = "daytona",
        ["env"] = new JsonObject(),
        ["labels"] = JsonSerializer.SerializeToNode(machine.Labels),
        ["public"] = false,
        ["networkBlockAll"] = !machine.Local.HasNetwork,
        ["target"] = "us",
        ["cpu"] = 2,
        ["gpu"] = 0,
        ["memory"] = 2,
        ["disk"] = 4,
        ["state"] = state,
        ["snapshot"] = "libra-deploy",
        ["createdAt"] = machine.StartedAt.ToString("O"),
        ["toolboxProxyUrl"] = Toolbox,
        ["autoStopInterval"] = 3,
    };

    private static async Task UploadAsync(HttpContext context, RentedLocalMachine machine)
    {
        var form = await context.Request.ReadFormAsync();
        foreach (var part in form.Files)
        {
            var target = machine.Local.At((string)form[part.Name.Replace(".file", ".path", StringComparison.Ordinal)]!);
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            await using var file = File.Create(target);
            await part.CopyToAsync(file);
        }

        context.Response.StatusCode = 200;
    }

    private static async Task DownloadAsync(HttpContext context, RentedLocalMachine machine, string path)
    {
        if (!File.Exists(machine.Local.At(path))) await RefuseAsync(context, 404, "file not found");
        else await context.Response.SendFileAsync(machine.Local.At(path));
    }

    private static async Task ExecuteAsync(HttpContext context, RentedLocalMachine machine, JsonObject body)
    {
        var process = await machine.Local.StartAsync(
            "/bin/sh", ["-c", (string)body["command"]!], (string?)body["cwd"] ?? "/home/daytona",
            body["envs"]?.Deserialize<Dictionary<string, string>>());
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        machine.Local.Forget(process);
        await AnswerAsync(context, new JsonObject { ["exitCode"] = process.ExitCode, ["result"] = output });
    }

    private Task CommandAsync(HttpContext context, Func<DaytonaCommand, Task> handle) => FoundAsync(context, (_, _) =>
        _sessions.Find((string)context.Request.RouteValues["session"]!, (string)context.Request.RouteValues["command"]!) is { } command
            ? handle(command)
            : RefuseAsync(context, 404, "command not found"));

    private Task FoundAsync(HttpContext context, Func<RentedLocalMachine, JsonObject, Task> handle) => OwnedAsync(context, (_, body) =>
        Machines.TryGetValue(IdOf(context), out var machine) && !machine.IsGone
            ? handle(machine, body)
            : RefuseAsync(context, 404, "Sandbox not found"));

    private static async Task OwnedAsync(HttpContext context, Func<HttpContext, JsonObject, Task> handle)
    {
        if (context.Request.Headers.Authorization != $"Bearer {Key}") await RefuseAsync(context, 401, "Invalid credentials");
        else await handle(context, context.Request.HasJsonContentType() && context.Request.Body.Length > 0
            ? (await context.Request.ReadFromJsonAsync<JsonObject>())!
            : []);
    }

    private static string IdOf(HttpContext context) => (string)context.Request.RouteValues["id"]!;

    private static Task AnswerAsync(HttpContext context, JsonObject answer) => context.Response.WriteAsJsonAsync(answer);

    private static Task DoneAsync(HttpContext context, int status, Action act)
    {
        act();
        context.Response.StatusCode = status;
        return Task.CompletedTask;
    }

    private static Task RefuseAsync(HttpContext context, int status, string message)
    {
        context.Response.StatusCode = status;
        return context.Response.WriteAsJsonAsync(new JsonObject
        {
            ["statusCode"] = status,
            ["message"] = message,
            ["error"] = message,
            ["path"] = context.Request.Path.Value,
            ["timestamp"] = TimeProvider.System.GetUtcNow().ToString("O"),
        });
    }
}
