using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using Libra.Deploy.Application.Deployments.Pipeline;

namespace Libra.Deploy.Infrastructure.Sandboxes.Remote.E2B;

/// <summary>The inside of one E2B sandbox: its files over HTTP, its processes over Connect.</summary>
internal sealed class E2BMachine(
    string id, E2BTokens tokens, Version daemon, E2BOptions options, ProviderHttp http, HttpMessageInvoker connections,
    TimeProvider clock, E2BMachines machines)
    : IRemoteMachine
{
    private const string DaemonPort = "49983";

    private static readonly TimeSpan AMoment = TimeSpan.FromSeconds(5);

    // Older daemons take files as forms only.
    private static readonly Version TakesPlainBodies = new(0, 5, 7);

    public string Id => id;

    public Task CutNetworkAsync(CancellationToken cancellationToken) => machines.CutNetworkAsync(id, cancellationToken);

    public Task RenewAsync(CancellationToken cancellationToken) => machines.RenewAsync(id, cancellationToken);

    public async Task UploadAsync(string path, Stream content, CancellationToken cancellationToken)
    {
        var start = content.Position;
        var call = new ProviderCall("file upload", "FILE_SYNC_FAILED", () =>
        {
            content.Position = start;
            var request = Request(
                HttpMethod.Post, $"files?path={Uri.EscapeDataString(path)}&username={Uri.EscapeDataString(options.User)}");
            request.Content = daemon >= TakesPlainBodies ? Plain(content) : Form(path, content);
            return request;
        })
        {
            Timeout = options.TransferTimeout,
        };
        await http.DoAsync(call, cancellationToken);
    }

    public async Task<bool> DownloadAsync(string path, Stream destination, long maxBytes, CancellationToken cancellationToken)
    {
        var call = new ProviderCall(
            "file download", "SANDBOX_COMMAND_FAILED",
            () => Request(HttpMethod.Get, $"files?path={Uri.EscapeDataString(path)}&username={Uri.EscapeDataString(options.User)}"))
        {
            Expected = [HttpStatusCode.NotFound],
        };
        using var answer = await http.SendAsync(call, cancellationToken);
        if (answer.StatusCode == HttpStatusCode.NotFound) return false;

        await RemoteDownload.CopyAsync(answer, destination, maxBytes, "E2B", options.TransferTimeout, clock, cancellationToken);
        return true;
    }

    public async Task<int?> RunAsync(
        string shell, TimeSpan timeout, RemoteOutput output, CancellationToken cancellationToken)
    {
        using var silence = new SilenceWatch(options.SilenceLimit, clock, cancellationToken);
        try
        {
            using var request = Start(shell, timeout);
            using var answer = await connections.SendAsync(request, silence.Token);
            if (!answer.IsSuccessStatusCode) throw Lost($"E2B answered {(int)answer.StatusCode} instead of running the command.");

            await using var body = await answer.Content.ReadAsStreamAsync(silence.Token);
            return await ProcessStream.ReadAsync(new ConnectStream(body), output, silence);
        }
        catch (OperationCanceledException e) when (silence.HasExpired)
        {
            throw Lost("Nothing was heard of the command for too long.", e);
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            throw Lost("The connection to the sandbox broke while a command ran in it.", e);
        }
    }

    private HttpRequestMessage Start(string shell, TimeSpan timeout)
    {
        var body = new JsonObject
        {
            ["process"] = new JsonObject { ["cmd"] = "/bin/sh", ["args"] = new JsonArray("-c", shell) },
            ["stdin"] = false,
        };
        var request = Request(HttpMethod.Post, "process.Process/Start");
        request.Headers.Add("Connect-Protocol-Version", "1");
        // The daemon ends the process then; a moment later than we do, who also say why.
        request.Headers.Add(
            "Connect-Timeout-Ms", string.Create(CultureInfo.InvariantCulture, $"{(timeout + AMoment).TotalMilliseconds:0}"));
        request.Headers.Add("Keepalive-Ping-Interval", "30");
        request.Headers.Authorization = new AuthenticationHeaderValue(
            "Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes(options.User + ":")));
        request.Content = new ByteArrayContent(ConnectStream.Message(body));
        request.Content.Headers.ContentType = new MediaTypeHeaderValue(ConnectStream.ContentType);
        return request;
    }

    private HttpRequestMessage Request(HttpMethod method, string path)
    {
        var request = ProviderHttp.Request(method, new Uri(options.SandboxUrl, path));
        request.Headers.Add("E2b-Sandbox-Id", id);
        request.Headers.Add("E2b-Sandbox-Port", DaemonPort);
        request.Headers.Add("X-Access-Token", tokens.Access);
        request.Headers.Add("E2B-Traffic-Access-Token", tokens.Traffic);
        return request;
    }

    private static StreamContent Plain(Stream content)
    {
        var body = new StreamContent(new Borrowed(content));
        body.Headers.ContentType = new MediaTypeHeaderValue("application/octet-stream");
        return body;
    }

    private static MultipartFormDataContent Form(string path, Stream content) =>
        new() { { Plain(content), "\"file\"", $"\"{Path.GetFileName(path)}\"" } };

    private static SandboxException Lost(string why, Exception? inner = null) => new("SANDBOX_COMMAND_FAILED", why, transient: true, inner);
}

/// <summary>What shows one sandbox who calls.</summary>
/// <param name="Access">For its daemon.</param>
/// <param name="Traffic">For the proxy in front of it.</param>
internal sealed record E2BTokens(string Access, string Traffic);
