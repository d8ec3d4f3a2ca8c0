using Libra.Deploy.Application.Health;
using Microsoft.Extensions.DependencyInjection;

namespace Libra.Deploy.Infrastructure.Health;

/// <summary>Registers what is looked at.</summary>
public static class HealthRegistration
{
    /// <param name="worker">True when this node runs deployments, and so depends on sandboxes and the target itself.</param>
    public static IServiceCollection AddHealthProbes(this IServiceCollection services, bool worker)
    {
        services.AddSingleton<IDependencyProbe, DatabaseProbe>();
        services.AddSingleton<IDependencyProbe, QueueProbe>();
        services.AddSingleton<IDependencyProbe, MigrationsProbe>();
        services.AddSingleton<IDependencyProbe, WorkersProbe>();
        services.AddSingleton<IDependencyProbe, ObjectStoreProbe>();
        services.AddHostedService<Measurements>();
        if (!worker) return services;

        services.AddSingleton<IDependencyProbe, SandboxProbe>();
        services.AddSingleton<IDependencyProbe, TargetProbe>();
        return services;
    }

    /// <summary>Has a worker also look whether custom domains can be set up; for a target where that can go wrong.</summary>
    public static IServiceCollection AddCustomDomainsProbe(this IServiceCollection services) =>
        services.AddSingleton<IDependencyProbe, CustomDomainsProbe>();
}
