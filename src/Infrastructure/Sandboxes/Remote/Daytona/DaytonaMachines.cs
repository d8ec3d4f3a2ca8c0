using System.Globalization;
using System.Net;
using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Nodes;
using Libra.Deploy.Application.Deployments.Pipeline;
using Libra.Deploy.Domain.Deployments;
using Libra.Deploy.Infrastructure.Credentials;
using Microsoft.Extensions.Logging;

namespace Libra.Deploy.Infrastructure.Sandboxes.Remote.Daytona;

/// <summary>Daytona's control plane: makes, lists and ends sandboxes.</summary>
internal sealed class DaytonaMachines(
    DaytonaOptions options, HttpMessageInvoker connections, TimeProvider clock, ILogger<DaytonaMachines> log) : IRemoteMachines
{
    private const string Labels = "labels";
    private const int PageSize = 100;
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(500);

    private readonly ProviderHttp _http = new("Daytona", DaytonaOptions.KeyVariable, options, connections, clock);

    public string Name => "daytona";

    public RemoteOptions Options => options;

    public async Task<IRemoteMachine> RentAsync(
        DeploymentId deployment, TimeSpan lifetime, string registryHost, CancellationToken cancellationToken)
    {
        var call = new ProviderCall("new sandbox", "SANDBOX_CREATE_FAILED", () => Request(HttpMethod.Post, "sandbox", new JsonObject
        {
            ["snapshot"] = options.Snapshot,
            ["public"] = false,
            ["domainAllowList"] = registryHost,
            ["autoStopInterval"] = MinutesOf(options.Lease),
            ["autoDeleteInterval"] = 0, // gone as soon as it is stopped
            ["ttlMinutes"] = MinutesOf(lifetime + options.Lease),
            [Labels] = MachineLabels.Of(options, deployment),
        }))
        {
            Timeout = options.StartTimeout,
            WaitForQuota = options.StartTimeout,
        };
        var made = await _http.JsonAsync(call, cancellationToken);
        if (made.Text("id") is not { Length: > 0 } id) throw Failed("Daytona gave a sandbox without an id.", transient: true);

        try
        {
            var started = await StartedAsync(id, made, cancellationToken);
            return new DaytonaMachine(id, ToolboxOf(id, started), options, _http, clock, this);
        }
        catch
        {
            // Rented, and nobody would know of it. The service refuses while the start that failed is still under way.
            await this.EndOrLeaveAsync(id, clock, log);
            throw;
        }
    }

    public async IAsyncEnumerable<RentedMachine> ListAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var labels = Uri.EscapeDataString(new JsonObject { [MachineLabels.Installation] = options.Label }.ToJsonString());
        string? next = null;
        do
        {
            var query = $"sandbox?labels={labels}&limit={PageSize}{(next is null ? "" : "&cursor=" + Uri.EscapeDataString(next))}";
            var page = await _http.JsonAsync(Call("list of sandboxes", HttpMethod.Get, query), cancellationToken);
            foreach (var listed in page.GetProperty("items").EnumerateArray())
            {
                if (listed.Text("state") is "destroyed" or "destroying") continue;
                if (listed.Text("id") is { } id)
                    yield return new RentedMachine(id, MachineLabels.DeploymentOf(listed, Labels), StartOf(listed));
            }

            next = page.Text("nextCursor");
        }
        while (!string.IsNullOrEmpty(next));
    }

    public Task EndAsync(string id, CancellationToken cancellationToken) => _http.DoAsync(
        Call("end of a sandbox", HttpMethod.Delete, $"sandbox/{Uri.EscapeDataString(id)}") with { Expected = [HttpStatusCode.NotFound] },
        cancellationToken);

    public Task ProbeAsync(CancellationToken cancellationToken) =>
        _http.DoAsync(Call("look at the account", HttpMethod.Get, "sandbox?limit=1"), cancellationToken);

    internal Task CutNetworkAsync(string id, CancellationToken cancellationToken) => _http.DoAsync(
        Call("network", HttpMethod.Post, $"sandbox/{id}/network-settings", new JsonObject { ["networkBlockAll"] = true }),
        cancellationToken);

    internal Task RenewAsync(string id, CancellationToken cancellationToken) => _http.DoAsync(
        Call("time limit", HttpMethod.Post, $"sandbox/{id}/last-activity", new JsonObject { ["activityType"] = "toolbox" }),
        cancellationToken);

    /// <summary>The header that carries the key.</summary>
    internal string Authorization => $"Bearer {options.ApiKey.Reveal()}";

    private async Task<JsonElement> StartedAsync(string id, JsonElement sandbox, CancellationToken cancellationToken)
    {
        var until = clock.GetUtcNow() + options.StartTimeout;
        for (; sandbox.Text("state") != "started"; await Task.Delay(Pause, clock, cancellationToken))
        {
            if (sandbox.Text("state") is "error" or "build_failed" or "destroyed" or "destroying")
                throw Failed(
                    $"Daytona could not start a sandbox of the snapshot {options.Snapshot}: {sandbox.Text("errorReason")}",
                    transient: true);
            if (clock.GetUtcNow() > until)
                throw Failed($"Daytona did not start a sandbox within {options.StartTimeout.TotalSeconds:0} s.", transient: true);
            sandbox = await _http.JsonAsync(Call("state of a sandbox", HttpMethod.Get, $"sandbox/{id}"), cancellationToken);
        }

        return sandbox;
    }

    private Uri ToolboxOf(string id, JsonElement sandbox)
    {
        var address = options.ToolboxUrl?.AbsoluteUri ?? sandbox.Text("toolboxProxyUrl");
        if (!Uri.TryCreate($"{address?.TrimEnd('/')}/{id}/", UriKind.Absolute, out var toolbox) || !SafeAddress.Is(toolbox))
            throw Failed("Daytona names no address that the key may be sent to; set Daytona:ToolboxUrl.", transient: false);
        return toolbox;
    }

    private ProviderCall Call(string name, HttpMethod method, string path, JsonObject? body = null) =>
        new(name, "SANDBOX_COMMAND_FAILED", () => Request(method, path, body));

    private HttpRequestMessage Request(HttpMethod method, string path, JsonObject? body)
    {
        var request = ProviderHttp.Request(method, new Uri(options.ApiUrl, path));
        request.Headers.TryAddWithoutValidation("Authorization", Authorization);
        if (options.OrganizationId is { } organization) request.Headers.Add("X-Daytona-Organization-ID", organization);
        if (body is not null) request.Content = ProviderHttp.Json(body);
        return request;
    }

    private static int MinutesOf(TimeSpan time) => Math.Max(1, (int)Math.Ceiling(time.TotalMinutes));

    private static SandboxException Failed(string why, bool transient) => new("SANDBOX_CREATE_FAILED", why, transient);

    private DateTimeOffset StartOf(JsonElement listed) =>
        DateTimeOffset.TryParse(listed.Text("createdAt"), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var at)
            ? at
            : clock.GetUtcNow();
}
