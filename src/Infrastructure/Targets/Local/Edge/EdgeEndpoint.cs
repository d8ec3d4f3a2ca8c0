using System.Net;
using Libra.Deploy.Infrastructure.Targets.Local;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Yarp.ReverseProxy.Forwarder;

namespace Libra.Deploy.Infrastructure.Targets.Local.Edge;

/// <summary>
/// The one address of all sites, told apart by host name. A server of its own, so that no middleware of the API ever sees a visitor's
/// request, and no site can answer for the API.
/// </summary>
internal sealed class EdgeEndpoint(LocalTargetOptions options, SiteHost sites, ILoggerFactory loggers) : IHostedService, IAsyncDisposable
{
    // As large as the Workers platform takes on its smaller plans.
    private const long MaxRequestBytes = 100L << 20;

    private static readonly TimeSpan LastRequests = TimeSpan.FromSeconds(3);
    private static readonly ForwarderRequestConfig Forwarding = new() { ActivityTimeout = TimeSpan.FromMinutes(5) };

    private readonly ILogger _logger = loggers.CreateLogger<EdgeEndpoint>();
    private WebApplication? _server;
    private IHttpForwarder? _forwarder;

    /// <summary>The port that it listens on; null before it started and after it stopped.</summary>
    public int? Port { get; private set; }

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        _server = Build();
        _forwarder = _server.Services.GetRequiredService<IHttpForwarder>();
        _server.Run(AnswerAsync);
        try
        {
            await _server.StartAsync(cancellationToken);
        }
        catch (IOException e)
        {
            throw new InvalidOperationException(
                $"Port {options.EdgePort} for deployed sites cannot be opened ({e.Message}). Set LIBRA_EDGE_PORT to a free one.", e);
        }

        Port = new Uri(_server.Urls.Single()).Port;
        _logger.LogInformation("Deployed sites answer at http://<worker>.localhost:{Port}", Port);
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        Port = null;
        if (_server is null) return;
        // Open WebSockets would keep it waiting until the host gives up.
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(LastRequests);
        await _server.StopAsync(patience.Token);
    }

    public async ValueTask DisposeAsync()
    {
        if (_server is not null) await _server.DisposeAsync();
    }

    private WebApplication Build()
    {
        // Empty: neither the environment nor a settings file of the API configures this server.
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = MaxRequestBytes;
            kestrel.Listen(options.EdgeAddress, options.EdgePort, listen => listen.Protocols = HttpProtocols.Http1);
        });
        builder.Services.AddHttpForwarder();
        builder.Services.AddSingleton(loggers);
        builder.Services.AddSingleton<IHostLifetime, NoLifetime>();
        return builder.Build();
    }

    private async Task AnswerAsync(HttpContext context)
    {
        var host = context.Request.Host.Host;
        if (sites.Find(host) is not { } site)
        {
            await AnswerAsync(context, HttpStatusCode.NotFound, $"Nothing is deployed at {host}.");
            return;
        }

        var entered = await site.EnterAsync(context.RequestAborted);
        if (entered.IsError)
        {
            context.Response.Headers.RetryAfter = "1";
            await AnswerAsync(context, HttpStatusCode.ServiceUnavailable, entered.FirstError.Description);
            return;
        }

        await ForwardAsync(context, site, entered.Value);
    }

    private async Task ForwardAsync(HttpContext context, Site site, SiteInstance instance)
    {
        try
        {
            var error = await _forwarder!.SendAsync(context, instance.Address, instance.Client, Forwarding, instance.Transformer);
            if (error is ForwarderError.None || context.RequestAborted.IsCancellationRequested) return;
            _logger.LogDebug("{Worker} did not answer: {Reason}", site.Worker, error);
            if (context.Response.HasStarted) return;
            await AnswerAsync(context, (HttpStatusCode)context.Response.StatusCode, $"{site.Worker} ended before it answered.");
        }
        finally
        {
            instance.Leave();
        }
    }

    private static Task AnswerAsync(HttpContext context, HttpStatusCode status, string text)
    {
        context.Response.StatusCode = (int)status;
        context.Response.ContentType = "text/plain; charset=utf-8";
        context.Response.Headers.CacheControl = "no-store";
        context.Response.Headers.XContentTypeOptions = "nosniff"; // the text names the host that the visitor asked for
        return context.Response.WriteAsync(text + "\n", context.RequestAborted);
    }

    // The service around it starts and stops this server; signals are not its business.
    private sealed class NoLifetime : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
