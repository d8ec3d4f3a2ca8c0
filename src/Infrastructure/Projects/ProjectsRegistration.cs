using Libra.Deploy.Application.Projects;
using Libra.Deploy.Application.Projects.Source;
using Libra.Deploy.Domain.Projects;
using Microsoft.Extensions.DependencyInjection;

namespace Libra.Deploy.Infrastructure.Projects;

/// <summary>Registers what reads and writes projects, where they start from, and who looks after their domains.</summary>
public static class ProjectsRegistration
{
    internal static IServiceCollection AddStoredProjects(this IServiceCollection services) => services
        .AddScoped<IProjectRepository, ProjectRepository>()
        .AddScoped<IDomainClaimRepository, DomainClaimRepository>();

    /// <param name="directory">Folder with one folder a template.</param>
    public static IServiceCollection AddProjectTemplates(this IServiceCollection services, string directory) =>
        services.AddSingleton<IProjectTemplates>(new FolderProjectTemplates(directory));

    /// <param name="worker">True when this node also follows custom domains until they are live.</param>
    public static IServiceCollection AddCustomDomains(this IServiceCollection services, bool worker)
    {
        services.AddSingleton<ICustomDomainUpkeep, CustomDomainUpkeep>();
        if (!worker) return services;

        services.AddTransient<RefreshCustomDomainsJob>();
        services.AddHostedService<CustomDomainSchedule>();
        return services;
    }
}
