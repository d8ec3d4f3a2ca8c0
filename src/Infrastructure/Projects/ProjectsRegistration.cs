using Libra.Deploy.Application.Projects.Source;
using Microsoft.Extensions.DependencyInjection;

namespace Libra.Deploy.Infrastructure.Projects;

/// <summary>Registers where projects start from.</summary>
public static class ProjectsRegistration
{
    /// <param name="directory">Folder with one folder a template.</param>
    public static IServiceCollection AddProjectTemplates(this IServiceCollection services, string directory) =>
        services.AddSingleton<IProjectTemplates>(new FolderProjectTemplates(directory));
}
