using Libra.Deploy.Application.Deployments.Cleanup;
using Microsoft.Extensions.DependencyInjection;

namespace Libra.Deploy.Infrastructure.Cleanup;

/// <summary>Registers the removal of what is old.</summary>
public static class CleanupRegistration
{
    /// <param name="worker">True when this node also cleans up by itself.</param>
    public static IServiceCollection AddCleanup(this IServiceCollection services, bool worker)
    {
        services.AddSingleton<OrphanedObjects>();
        services.AddSingleton<OrphanedArtifacts>();
        services.AddSingleton<IExpiredDeployments, ExpiredDeployments>();
        return worker ? services.AddHostedService<RecurringCleanup>() : services;
    }
}
