using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Libra.Deploy.IntegrationTests.Storage;

/// <summary>A store that announces a hundred bytes, sends fifty, and then closes the connection or falls silent.</summary>
internal sealed class HalfAnswers : IAsyncDisposable
{
    private readonly WebApplication _app;

    private HalfAnswers(WebApplication app) => _app = app;

    public Uri Address => new(_app.Urls.Single());

    public static async Task<HalfAnswers> StartAsync(bool closes)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        var app = builder.Build();
        app.Run(async context =>
        {
            context.Response.ContentLength = 100;
            await context.Response.Body.WriteAsync(new byte[50]);
            await context.Response.Body.FlushAsync();
            if (closes) context.Abort();
            else await Cloudflare.Double.Fault.GoneAsync(context);
        });
        await app.StartAsync();
        return new HalfAnswers(app);
    }

    public async ValueTask DisposeAsync()
    {
        using var now = new CancellationTokenSource();
        await now.CancelAsync();
        await _app.StopAsync(now.Token);
        await _app.DisposeAsync();
    }
}
