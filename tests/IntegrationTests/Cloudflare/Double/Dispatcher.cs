using System.Net;
using Libra.Deploy.Infrastructure.Targets.Cloudflare.Upload;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Libra.Deploy.IntegrationTests.Cloudflare.Double;

/// <summary>
/// Stands where the platform's dispatcher worker does: a visitor's host name decides which script answers. A platform's own name is the
/// script's; a customer's is looked up by who made this.
/// </summary>
internal sealed class Dispatcher : IAsyncDisposable
{
    private readonly CloudflareDouble _cloudflare;
    private readonly WebApplication _app;
    private TaskCompletionSource? _waiting;

    private Dispatcher(CloudflareDouble cloudflare)
    {
        _cloudflare = cloudflare;
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        _app = builder.Build();
        _app.Run(AnswerAsync);
    }

    /// <summary>The setting for the service that deploys.</summary>
    public string Address => $"http://localhost:{new Uri(_app.Urls.Single()).Port}";

    public static async Task<Dispatcher> StartAsync(CloudflareDouble cloudflare)
    {
        var started = new Dispatcher(cloudflare);
        await started._app.StartAsync();
        return started;
    }

    /// <summary>Gives the next visitor no answer; says when one has come.</summary>
    public void KeepWaiting(TaskCompletionSource came) => _waiting = came;

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync();
        await _app.DisposeAsync();
    }

    private async Task AnswerAsync(HttpContext context)
    {
        if (Interlocked.Exchange(ref _waiting, null) is { } came)
        {
            came.SetResult();
            await Fault.GoneAsync(context);
            return;
        }

        var worker = context.Request.Host.Host.Split('.')[0];
        var path = context.Request.Path == "/" ? "/index.html" : context.Request.Path.Value!;
        if (!_cloudflare.Scripts.TryGetValue(worker, out var script) || !script.Assets.TryGetValue(path, out var file))
        {
            context.Response.StatusCode = 404;
            return;
        }

        // The one rule of _headers that says which version this is.
        var named = ((string?)script.Metadata["assets"]!["config"]!["_headers"])?.Split('\n').FirstOrDefault(line => line.TrimStart().StartsWith(ArtifactHeader.Name, StringComparison.OrdinalIgnoreCase));
        if (named is not null) context.Response.Headers[ArtifactHeader.Name] = named.Split(':', 2)[1].Trim();
        if (file.ContentType is not null) context.Response.ContentType = file.ContentType;
        await context.Response.Body.WriteAsync(file.Content);
    }
}
