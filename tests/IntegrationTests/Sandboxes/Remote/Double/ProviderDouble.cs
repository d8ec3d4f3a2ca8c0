using System.Collections.Concurrent;
using System.Net;
using System.Text;
using Libra.Deploy.IntegrationTests.Cloudflare.Double;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Logging;

namespace Libra.Deploy.IntegrationTests.Sandboxes.Remote.Double;

/// <summary>
/// What the doubles of sandbox services share: machines that really run commands, faults on demand, and a memory of every byte.
/// </summary>
internal abstract class ProviderDouble : IAsyncDisposable
{
    public const string Key = "key-of-the-platform";

    private readonly ConcurrentQueue<string> _calls = new();
    private readonly ConcurrentDictionary<string, ConcurrentQueue<Fault>> _faults = new();
    private readonly ConcurrentQueue<byte[]> _received = new();
    private readonly ConcurrentQueue<string> _agents = new();
    private readonly WebApplication _app;

    protected ProviderDouble()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.Listen(IPAddress.Loopback, 0);
            kestrel.Limits.MaxRequestBodySize = null;
        });
        _app = builder.Build();
        _app.UseWebSockets();
        _app.Use(KeepAsync);
    }

    /// <summary>Machines by id, those that are gone included.</summary>
    public ConcurrentDictionary<string, RentedLocalMachine> Machines { get; } = new();

    /// <summary>False for a template that somebody forgot to fill.</summary>
    public bool HasToolchain { get; set; } = true;

    public Uri Address => new(_app.Urls.Single());

    /// <summary>Names of the calls that came in, in their order; a failed one counts.</summary>
    public IReadOnlyList<string> Calls => [.. _calls];

    /// <summary>How each caller named itself, those of open streams included.</summary>
    public IReadOnlyList<string> Agents => [.. _agents];

    /// <summary>The machine that lives.</summary>
    public RentedLocalMachine Only => Machines.Values.Single(machine => !machine.IsGone);

    public static async Task<TDouble> StartAsync<TDouble>()
        where TDouble : ProviderDouble, new()
    {
        var started = new TDouble();
        await started._app.StartAsync();
        return started;
    }

    public int CountOf(string call) => Calls.Count(name => name == call);

    /// <summary>Has the next calls of a name end this way.</summary>
    public void Fail(string call, Fault fault, int times = 1)
    {
        var queue = _faults.GetOrAdd(call, _ => new ConcurrentQueue<Fault>());
        for (var i = 0; i < times; i++) queue.Enqueue(fault);
    }

    /// <summary>Whether a text was in anything that was ever sent here: addresses, headers, bodies.</summary>
    public bool HasSeen(string text) => _received.Any(request => request.AsSpan().IndexOf(Encoding.UTF8.GetBytes(text)) >= 0);

    public async ValueTask DisposeAsync()
    {
        foreach (var machine in Machines.Values) machine.Dispose();
        using var now = new CancellationTokenSource();
        await now.CancelAsync();
        await _app.StopAsync(now.Token);
        await _app.DisposeAsync();
    }

    /// <summary>Adds an endpoint under the name that faults and the list of calls use.</summary>
    protected void Map(string name, string method, string pattern, Func<HttpContext, Task> handle) =>
        _app.MapMethods(pattern, [method], async context =>
        {
            _calls.Enqueue(name);
            if (_faults.TryGetValue(name, out var waiting) && waiting.TryDequeue(out var fault)) await fault.Act(context, handle);
            else await handle(context);
        });

    private async Task KeepAsync(HttpContext context, RequestDelegate next)
    {
        var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body);
        var request = context.Request;
        var head = $"{request.Method} {request.Path}{request.QueryString}\n{string.Join('\n', request.Headers)}\n";
        _received.Enqueue([.. Encoding.UTF8.GetBytes(head), .. body.ToArray()]);
        _agents.Enqueue(request.Headers.UserAgent.ToString());
        body.Position = 0;
        context.Request.Body = body;
        await next(context);
    }
}

/// <summary>A machine with what its owner said of it.</summary>
internal sealed class RentedLocalMachine(LocalMachine machine, IReadOnlyDictionary<string, string> labels, TimeSpan lease) : IDisposable
{
    private readonly Timer _end = new(_ => End(machine), null, lease, Timeout.InfiniteTimeSpan);

    public LocalMachine Local => machine;

    /// <summary>What was asked for at first.</summary>
    public TimeSpan Lease => lease;

    public IReadOnlyDictionary<string, string> Labels => labels;

    public DateTimeOffset StartedAt { get; set; } = TimeProvider.System.GetUtcNow();

    public bool IsGone => machine.IsGone;

    /// <summary>Lets the machine live for this long from now.</summary>
    public void Renew(TimeSpan time) => _end.Change(time, Timeout.InfiniteTimeSpan);

    public void Dispose()
    {
        _end.Dispose();
        machine.Dispose();
    }

    private static void End(LocalMachine machine)
    {
        try
        {
            machine.Dispose();
        }
        catch (IOException)
        {
            // An upload that was under way has written into the folder once more; it goes with the folder of the run.
        }
    }
}
