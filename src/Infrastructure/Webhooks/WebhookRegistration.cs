using Libra.Deploy.Application.Webhooks;
using Libra.Deploy.Domain.Webhooks;
using Microsoft.Extensions.DependencyInjection;

namespace Libra.Deploy.Infrastructure.Webhooks;

/// <summary>Registers what stores webhooks and delivers their messages.</summary>
public static class WebhookRegistration
{
    private const int LargestHeadersKiB = 16;

    /// <param name="worker">True when this node delivers.</param>
    public static IServiceCollection AddWebhooks(this IServiceCollection services, bool worker)
    {
        services.AddScoped<IWebhookRepository, WebhookRepository>();
        services.AddScoped<IWebhookQueries, WebhookQueries>();
        services.AddSingleton<IWebhookSender, WebhookSender>();
        services.AddSingleton<CheckedConnections>();
        services.AddSingleton<DueDeliveries>();
        services.AddHttpClient(WebhookSender.Client)
            .ConfigureHttpClient(client =>
            {
                client.Timeout = Timeout.InfiniteTimeSpan; // each attempt has its own, by the service's clock
                client.DefaultRequestHeaders.UserAgent.ParseAdd("Libra-Deploy-Webhooks/2.0");
            })
            .ConfigurePrimaryHttpMessageHandler(provider => new SocketsHttpHandler
            {
                ConnectCallback = provider.GetRequiredService<CheckedConnections>().ConnectAsync,
                AllowAutoRedirect = false,
                UseCookies = false,
                UseProxy = false, // a proxy would resolve the name by itself, and nobody would check to what
                MaxResponseHeadersLength = LargestHeadersKiB,
                MaxResponseDrainSize = 0,
                PooledConnectionLifetime = TimeSpan.FromMinutes(1),
            });
        if (worker) services.AddHostedService<WebhookDispatcher>();
        return services;
    }
}
