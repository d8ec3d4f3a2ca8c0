using Libra.Deploy.Application.Deployments.Cleanup;
using Libra.Deploy.Application.Deployments.Pipeline;
using Libra.Deploy.Application.Projects;
using Libra.Deploy.Infrastructure.Targets.Local.Edge;
using Microsoft.Extensions.DependencyInjection;

namespace Libra.Deploy.Infrastructure.Targets.Local;

/// <summary>Registers the local target.</summary>
public static class LocalTargetRegistration
{
    /// <summary>Adds the local Workers runtime as the <see cref="IDeployTarget"/>, with its sites and their address.</summary>
    public static IServiceCollection AddLocalTarget(this IServiceCollection services, LocalTargetOptions options)
    {
        services.AddSingleton(options);
        services.AddSingleton<WorkerdProgram>();
        services.AddSingleton<SitePointers>();
        services.AddSingleton<SiteArtifacts>();
        services.AddSingleton<SiteControlGroups>();
        services.AddSingleton<SiteLauncher>();
        services.AddSingleton<SiteServices>();
        services.AddSingleton<SiteHost>();
        services.AddSingleton<EdgeEndpoint>();
        services.AddSingleton<LiveProof>();
        services.AddSingleton<IDeployTarget, LocalTarget>();
        services.AddSingleton<ILocalLeftovers, AbandonedSites>();
        services.AddSingleton<ICustomDomains, LocalCustomDomains>();
        // Stopped in reverse: first no new requests, then no processes.
        services.AddHostedService(provider => provider.GetRequiredService<SiteHost>());
        services.AddHostedService(provider => provider.GetRequiredService<EdgeEndpoint>());
        return services;
    }
}
