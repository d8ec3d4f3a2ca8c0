using System.Net;
using Libra.Deploy.WebApi.Access;
using Libra.Deploy.WebApi.Configuration;
using Libra.Deploy.WebApi.Dashboard;
using Libra.Deploy.WebApi.ConsolePage;
using Libra.Deploy.WebApi.Deployments;
using Libra.Deploy.WebApi.Http;
using Libra.Deploy.WebApi.OpenApi;
using Libra.Deploy.WebApi.Projects;
using Libra.Deploy.WebApi.Quotas;
using Libra.Deploy.WebApi.Queue;
using Libra.Deploy.WebApi.Service;
using Libra.Deploy.WebApi.Webhooks;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Options;

namespace Libra.Deploy.WebApi.Composition;

/// <summary>The HTTP side: where it listens and what it answers.</summary>
internal static class LibraApp
{
    public static void AddWebApi(this WebApplicationBuilder builder, HostSettings settings)
    {
        var development = builder.Environment.IsDevelopment();
        builder.WebHost.ConfigureKestrel(kestrel => Listen(kestrel, settings, development));
        builder.Services.AddLibraOpenApi();
        builder.Services.AddLibraAccess(builder.Configuration.GetSection("Access"));
        builder.Services.AddServiceInformation(builder.Configuration, development);
        builder.Services.AddLibraTelemetry(builder.Configuration);
        builder.Services.AddLibraDashboard();
        builder.Services.AddScoped<DeployRequests>();
        builder.Services.AddSingleton<LogEvents>();
        builder.Services.AddLibraHttp(http =>
        {
            builder.Configuration.GetSection("Http").Bind(http);
            if (development && builder.Configuration["Http:AllowedOrigins:0"] is null)
                http.AllowedOrigins = LibraHttpOptions.DevelopmentOrigins;
        });
        builder.Services.AddSingleton<IValidateOptions<LibraHttpOptions>, OriginsApartFromSites>();
    }

    private static void Listen(KestrelServerOptions kestrel, HostSettings settings, bool development)
    {
        if (settings.ListenAddress is { } chosen) kestrel.Listen(chosen, settings.Port);
        else if (development) kestrel.Listen(IPAddress.Loopback, settings.Port);
        else kestrel.ListenAnyIP(settings.Port); // IPv6 and IPv4, or IPv4 alone where there is no other
    }

    /// <summary>Every node says how it is; the rest is for those that answer the API.</summary>
    public static void UseLibra(this WebApplication app)
    {
        app.Use(app.Services.GetRequiredService<Draining>().BoundAsync);
        app.UseLibraHttp();
        app.UseLibraAccess();
        app.MapService();
        app.MapMetrics();
        if (app.Services.GetRequiredService<HostSettings>().IsApi) app.MapApi();
    }

    private static void MapApi(this WebApplication app)
    {
        app.MapLibraOpenApi();
        app.MapDeployments();
        app.MapBatches();
        app.MapLegacyStatus();
        app.MapProjects();
        app.MapQuotas();
        app.MapWebhooks();
        app.MapTokens();
        app.MapQueue();
        app.MapStatus();
        app.MapDashboard();
        app.MapConsole();
    }
}
