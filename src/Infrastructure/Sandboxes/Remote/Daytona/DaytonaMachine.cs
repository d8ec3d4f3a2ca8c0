using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using System.Text.Json.Nodes;
using Libra.Deploy.Application.Deployments.Pipeline;

namespace Libra.Deploy.Infrastructure.Sandboxes.Remote.Daytona;

/// <summary>The inside of one Daytona sandbox. Each command has a session of its own, whose end is the end of all its processes.</summary>
internal sealed class DaytonaMachine(
    string id, Uri toolbox, DaytonaOptions options, ProviderHttp http, TimeProvider clock, DaytonaMachines machines)
    : IRemoteMachine
{
    private const string Code = "SANDBOX_COMMAND_FAILED";
    private const int LooksForTheEnd = 20;
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(250);

    public string Id => id;

    public Task CutNetworkAsync(CancellationToken cancellationToken) => machines.CutNetworkAsync(id, cancellationToken);

    public Task RenewAsync(CancellationToken cancellationToken) => machines.RenewAsync(id, cancellationToken);

    public Task UploadAsync(string path, Stream content, CancellationToken cancellationToken)
    {
        var start = content.Position;
        var call = new ProviderCall("file upload", "FILE_SYNC_FAILED", () =>
        {
            content.Position = start;
            var request = Request(HttpMethod.Post, "files/bulk-upload");
            request.Content = Form(path, content);
            return request;
        })
        {
            Timeout = options.TransferTimeout,
        };
        return http.DoAsync(call, cancellationToken);
    }

    public async Task<bool> DownloadAsync(string path, Stream destination, long maxBytes, CancellationToken cancellationToken)
    {
        var address = $"files/download?path={Uri.EscapeDataString(path)}";
        var call = Call("file download", HttpMethod.Get, address) with { Expected = [HttpStatusCode.NotFound] };
        using var answer = await http.SendAsync(call, cancellationToken);
        if (answer.StatusCode == HttpStatusCode.NotFound) return false;

        await RemoteDownload.CopyAsync(answer, destination, maxBytes, "Daytona", options.TransferTimeout, clock, cancellationToken);
        return true;
    }

    public async Task<int?> RunAsync(
        string shell, TimeSpan timeout, RemoteOutput output, CancellationToken cancellationToken)
    {
        var session = $"libra-{Guid.NewGuid():N}";
        var open = Call("new session", HttpMethod.Post, "process/session", new JsonObject { ["sessionId"] = session });
        // Nobody else knows the id: where it is taken, the answer to the try before was lost.
        await http.DoAsync(open with { Expected = [HttpStatusCode.Conflict] }, cancellationToken);
        var command = await StartAsync(session, shell, cancellationToken);
        await using (var log = await CommandLog.OpenAsync(LogAddress(session, command), machines, options, clock, cancellationToken))
            await log.ReadAsync(output);

        var code = await CodeAsync(session, command, cancellationToken);
        await http.DoAsync(
            Call("end of a session", HttpMethod.Delete, $"process/session/{session}") with { Expected = [HttpStatusCode.NotFound] },
            cancellationToken);
        return code;
    }

    // Sent once: who does not know whether it started must not start it again.
    private async Task<string> StartAsync(string session, string shell, CancellationToken cancellationToken)
    {
        // A shell of its own, since the session's outlives the command.
        var body = new JsonObject
        {
            ["command"] = $"/bin/sh -c {ShellText.Quote(shell)}",
            ["runAsync"] = true,
            ["suppressInputEcho"] = true,
        };
        var started = await http.JsonAsync(
            Call("command", HttpMethod.Post, $"process/session/{session}/exec", body) with { Repeatable = false }, cancellationToken);
        return started.Text("cmdId") is { Length: > 0 } command
            ? command
            : throw new SandboxException(Code, "Daytona did not say which command it started.", transient: true);
    }

    // The log can end a moment before the exit code is written down.
    private async Task<int> CodeAsync(string session, string command, CancellationToken cancellationToken)
    {
        for (var look = 0; look < LooksForTheEnd; look++)
        {
            var state = await http.JsonAsync(
                Call("end of a command", HttpMethod.Get, $"process/session/{session}/command/{command}"), cancellationToken);
            if (state.TryGetProperty("exitCode", out var code) && code.ValueKind == JsonValueKind.Number) return code.GetInt32();
            await Task.Delay(Pause, clock, cancellationToken);
        }

        throw new SandboxException(Code, "The sandbox stopped telling about a command before its end.", transient: true);
    }

    private Uri LogAddress(string session, string command)
    {
        var address = new UriBuilder(
            new Uri(toolbox, $"process/session/{session}/command/{Uri.EscapeDataString(command)}/logs?follow=true"));
        address.Scheme = address.Scheme == Uri.UriSchemeHttps ? "wss" : "ws";
        return address.Uri;
    }

    private ProviderCall Call(string name, HttpMethod method, string path, JsonObject? body = null) => new(name, Code, () =>
    {
        var request = Request(method, path);
        if (body is not null) request.Content = ProviderHttp.Json(body);
        return request;
    });

    private HttpRequestMessage Request(HttpMethod method, string path)
    {
        var request = ProviderHttp.Request(method, new Uri(toolbox, path));
        request.Headers.TryAddWithoutValidation("Authorization", machines.Authorization);
        return request;
    }

    // The path first: the daemon takes the parts in their order.
    private static MultipartFormDataContent Form(string path, Stream content)
    {
        var file = new StreamContent(new Borrowed(content));
        file.Headers.ContentType = new MediaTypeHeaderValue("application/octet-stream");
        return new MultipartFormDataContent
        {
            { new StringContent(path), "\"files[0].path\"" },
            { file, "\"files[0].file\"", $"\"{Path.GetFileName(path)}\"" },
        };
    }
}
