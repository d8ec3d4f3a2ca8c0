using Libra.Deploy.Infrastructure.Queue;
using Microsoft.Extensions.Options;

namespace Libra.Deploy.WebApi.Service;

/// <summary>Registers what the service says about itself.</summary>
internal static class ServiceRegistration
{
    // For what ends after the last request and the last step: hand-overs, sites, recurring work.
    private static readonly TimeSpan Rest = TimeSpan.FromSeconds(20);

    /// <param name="development">Nobody balances a development machine: it stops at once, unless told otherwise.</param>
    public static IServiceCollection AddServiceInformation(this IServiceCollection services, IConfiguration configuration, bool development)
    {
        services.AddSingleton(new ServiceIdentity(TimeProvider.System)); // now, not at the first request: it counts the uptime
        services.AddSingleton<Draining>();
        services.AddHostedService(provider => provider.GetRequiredService<Draining>());
        services.AddOptions<DrainOptions>()
            .Configure(drain => drain.NoticeSeconds = development ? 0 : drain.NoticeSeconds)
            .Bind(configuration.GetSection("Drain"))
            .ValidateDataAnnotations()
            .ValidateOnStart();
        return services;
    }

    /// <summary>Gives the host's stop as long as its parts may take; .NET's own half a minute would cut a longer drain short.</summary>
    /// <remarks>Once the options are known to be good: the host reads its own as it is built, before they are checked.</remarks>
    public static void AllowForTheDrain(this IServiceProvider services)
    {
        var notice = TimeSpan.FromSeconds(services.GetRequiredService<IOptions<DrainOptions>>().Value.NoticeSeconds);
        var steps = services.GetRequiredService<IOptions<QueueOptions>>().Value.DrainTime;
        services.GetRequiredService<IOptions<HostOptions>>().Value.ShutdownTimeout = notice + Draining.LastRequests + steps + Rest;
    }
}
