using Libra.Deploy.Application.Deployments;
using Libra.Deploy.Application.Deployments.Archive;
using Libra.Deploy.Application.Deployments.Artifacts;
using Libra.Deploy.Application.Deployments.Figures;
using Libra.Deploy.Application.Deployments.Pipeline;
using Libra.Deploy.Domain.Deployments;
using Microsoft.Extensions.DependencyInjection;

namespace Libra.Deploy.Infrastructure.Deployments;

/// <summary>Registers what reads and writes deployments.</summary>
internal static class DeploymentRegistration
{
    public static IServiceCollection AddStoredDeployments(this IServiceCollection services)
    {
        services.AddScoped<IDeploymentRepository, DeploymentRepository>();
        services.AddScoped<IDeployableProjects, DeployableProjects>();
        services.AddScoped<IDeploymentQueries, DeploymentQueries>();
        services.AddScoped<IDeploymentFigures, DeploymentFigureQueries>();
        services.AddScoped<IDeploymentSources, DeploymentSources>();
        services.AddScoped<IBuiltArtifacts, BuiltArtifacts>();
        services.AddScoped<IArtifactLocks, ArtifactLocks>();
        services.AddScoped<IReleasedArtifacts, ReleasedArtifacts>();
        services.AddSingleton<IDeploymentLeases, DeploymentLeases>();
        services.AddSingleton<IArchivedDeployments, ArchivedDeployments>();
        return services;
    }
}
