using System.Collections.Concurrent;
using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Libra.Deploy.IntegrationTests.Cloudflare.Double;

/// <summary>
/// As much of Cloudflare's API as a deployment touches, with a memory: it holds what it is sent, refuses what Cloudflare refuses, and
/// fails on demand. The real wrangler deploys to it, which is what makes it credible.
/// </summary>
internal sealed class CloudflareDouble : IAsyncDisposable
{
    public const string AccountId = "023e105f4ecef8ad9ca31a8372d0c353";
    public const string ZoneId = "023e105f4ecef8ad9ca31a8372d0c354";
    public const string Token = "token-of-the-platform-account";
    public const string Namespace = "libra-dispatcher";

    private readonly ConcurrentQueue<string> _calls = new();
    private readonly ConcurrentDictionary<string, ConcurrentQueue<Fault>> _faults = new();
    private readonly WebApplication _app;

    private CloudflareDouble(int port)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.Listen(IPAddress.Loopback, port);
            kestrel.Limits.MaxRequestBodySize = null;
            kestrel.Limits.MinRequestBodyDataRate = null;
        });
        _app = builder.Build();
        AccountEndpoints.Map(this);
        AssetEndpoints.Map(this);
        ScriptEndpoints.Map(this);
        HostnameEndpoints.Map(this);
    }

    public AccountState Account { get; } = new();

    public AssetState Assets { get; } = new();

    public ConcurrentDictionary<string, ReceivedScript> Scripts { get; } = new();

    public HostnameState Hostnames { get; } = new();

    /// <summary>Names of the calls that came in, in their order; a failed one counts.</summary>
    public IReadOnlyList<string> Calls => [.. _calls];

    /// <summary>True to keep requests as they came, whole in memory.</summary>
    public bool KeepsRequests { get; set; }

    public ConcurrentQueue<RawRequest> Requests { get; } = new();

    public Uri BaseUrl => new(_app.Urls.Single() + "/client/v4/");

    /// <param name="port">Where one listened before that is to be back; 0 takes a free one.</param>
    public static async Task<CloudflareDouble> StartAsync(int port = 0)
    {
        var started = new CloudflareDouble(port);
        await started._app.StartAsync();
        return started;
    }

    public int CountOf(string call) => Calls.Count(name => name == call);

    public void ForgetCalls() => _calls.Clear();

    /// <summary>Has the next calls of a name end this way.</summary>
    public void Fail(string call, Fault fault, int times = 1)
    {
        var queue = _faults.GetOrAdd(call, _ => new ConcurrentQueue<Fault>());
        for (var i = 0; i < times; i++) queue.Enqueue(fault);
    }

    /// <summary>No call fails any more.</summary>
    public void Recover() => _faults.Clear();

    /// <summary>Adds an endpoint under the name that faults and the list of calls use.</summary>
    public void Map(string name, string method, string pattern, Func<HttpContext, Task> handle) => _app.MapMethods("/client/v4" + pattern, [method], async context =>
    {
        _calls.Enqueue(name);
        if (KeepsRequests) Requests.Enqueue(await RawRequest.KeepAsync(context.Request));
        if (_faults.TryGetValue(name, out var waiting) && waiting.TryDequeue(out var fault))
        {
            await fault.Act(context, handle);
            return;
        }

        await handle(context);
    });

    public async ValueTask DisposeAsync()
    {
        using var now = new CancellationTokenSource();
        await now.CancelAsync();
        await _app.StopAsync(now.Token);
        await _app.DisposeAsync();
    }
}

/// <summary>A request as it came.</summary>
/// <param name="Path">Below the API's base address, with its query.</param>
internal sealed record RawRequest(string Method, string Path, string? ContentType, string? Authorization, byte[] Body)
{
    public static async Task<RawRequest> KeepAsync(HttpRequest request)
    {
        var body = new MemoryStream();
        await request.Body.CopyToAsync(body);
        body.Position = 0;
        request.Body = body;
        return new RawRequest(
            request.Method, request.Path.Value!["/client/v4".Length..] + request.QueryString, request.ContentType, request.Headers.Authorization, body.ToArray());
    }
}
