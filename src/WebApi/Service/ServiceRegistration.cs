namespace Libra.Deploy.WebApi.Service;

/// <summary>Registers what the service says about itself.</summary>
internal static class ServiceRegistration
{
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
}
