using System.Net;
using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Nodes;
using Libra.Deploy.Application.Deployments.Pipeline;
using Libra.Deploy.Domain.Deployments;
using Microsoft.Extensions.Logging;

namespace Libra.Deploy.Infrastructure.Sandboxes.Remote.E2B;

/// <summary>E2B's control plane: makes, lists and ends sandboxes.</summary>
internal sealed class E2BMachines(
    E2BOptions options, HttpMessageInvoker connections, TimeProvider clock, ILogger<E2BMachines> log) : IRemoteMachines
{
    private const string Labels = "metadata";
    private const string NextPage = "X-Next-Token";
    private const int PageSize = 100;

    private readonly ProviderHttp _http = new("E2B", E2BOptions.KeyVariable, options, connections, clock);

    public string Name => "e2b";

    public RemoteOptions Options => options;

    public async Task<IRemoteMachine> RentAsync(
        DeploymentId deployment, TimeSpan lifetime, string registryHost, CancellationToken cancellationToken)
    {
        var call = new ProviderCall("new sandbox", "SANDBOX_CREATE_FAILED", () => Request(HttpMethod.Post, "sandboxes", new JsonObject
        {
            ["templateID"] = options.Template,
            ["timeout"] = (int)options.Lease.TotalSeconds,
            ["secure"] = true, // or everybody who knows its name can run commands in it
            ["allow_internet_access"] = true,
            ["network"] = new JsonObject
            {
                ["allowOut"] = new JsonArray(registryHost),
                ["denyOut"] = new JsonArray("0.0.0.0/0"),
                ["allowPublicTraffic"] = false, // or everybody who knows its name can talk to what a build listens with
            },
            [Labels] = MachineLabels.Of(options, deployment),
        }))
        {
            Timeout = options.StartTimeout,
            WaitForQuota = options.StartTimeout,
        };
        var made = await _http.JsonAsync(call, cancellationToken);
        if (made.Text("sandboxID") is not { Length: > 0 } id) throw Failed("E2B gave a sandbox without an id.");

        if (made.Text("envdAccessToken") is { Length: > 0 } access && made.Text("trafficAccessToken") is { Length: > 0 } traffic)
        {
            var daemon = Version.TryParse(made.Text("envdVersion"), out var version) ? version : new Version(0, 0);
            return new E2BMachine(id, new E2BTokens(access, traffic), daemon, options, _http, connections, clock, this);
        }

        // Rented, and nobody would know of it.
        await this.EndOrLeaveAsync(id, clock, log);
        throw Failed("E2B gave a sandbox without an access token or a traffic access token: it would be open to everybody.");
    }

    public async IAsyncEnumerable<RentedMachine> ListAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var metadata = Uri.EscapeDataString($"{MachineLabels.Installation}={options.Label}");
        string? next = null;
        do
        {
            var query =
                $"v2/sandboxes?metadata={metadata}&limit={PageSize}{(next is null ? "" : "&nextToken=" + Uri.EscapeDataString(next))}";
            (var page, next) = await _http.PageAsync(Call("list of sandboxes", HttpMethod.Get, query), NextPage, cancellationToken);
            foreach (var listed in page.EnumerateArray())
            {
                if (listed.Text("sandboxID") is { } id)
                    yield return new RentedMachine(id, MachineLabels.DeploymentOf(listed, Labels), StartOf(listed));
            }
        }
        while (!string.IsNullOrEmpty(next));
    }

    public Task EndAsync(string id, CancellationToken cancellationToken) => _http.DoAsync(
        Call("end of a sandbox", HttpMethod.Delete, $"sandboxes/{Uri.EscapeDataString(id)}") with { Expected = [HttpStatusCode.NotFound] },
        cancellationToken);

    public Task ProbeAsync(CancellationToken cancellationToken) =>
        _http.DoAsync(Call("look at the account", HttpMethod.Get, "v2/sandboxes?limit=1"), cancellationToken);

    /// <summary>The network is closed for all destinations; what it replaces is forgotten.</summary>
    internal Task CutNetworkAsync(string id, CancellationToken cancellationToken) => _http.DoAsync(
        Call(
            "network", HttpMethod.Put, $"sandboxes/{id}/network",
            new JsonObject { ["allow_internet_access"] = false, ["denyOut"] = new JsonArray("0.0.0.0/0") }),
        cancellationToken);

    internal Task RenewAsync(string id, CancellationToken cancellationToken) => _http.DoAsync(
        Call("time limit", HttpMethod.Post, $"sandboxes/{id}/timeout", new JsonObject { ["timeout"] = (int)options.Lease.TotalSeconds }),
        cancellationToken);

    private ProviderCall Call(string name, HttpMethod method, string path, JsonObject? body = null) =>
        new(name, "SANDBOX_COMMAND_FAILED", () => Request(method, path, body));

    private HttpRequestMessage Request(HttpMethod method, string path, JsonObject? body)
    {
        var request = ProviderHttp.Request(method, new Uri(options.ApiUrl, path));
        request.Headers.Add("X-API-Key", options.ApiKey.Reveal());
        if (body is not null) request.Content = ProviderHttp.Json(body);
        return request;
    }

    private static SandboxException Failed(string why) => new("SANDBOX_CREATE_FAILED", why, transient: true);

    private DateTimeOffset StartOf(JsonElement listed) =>
        listed.TryGetProperty("startedAt", out var started) && started.TryGetDateTimeOffset(out var at) ? at : clock.GetUtcNow();
}
