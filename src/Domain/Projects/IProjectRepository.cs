namespace Libra.Deploy.Domain.Projects;

/// <summary>Reads the platform's projects, and writes of them only what is ours to write.</summary>
public interface IProjectRepository
{
    /// <summary>Finds a project of any organization; null when there is none.</summary>
    Task<Project?> FindAsync(string id, CancellationToken cancellationToken);

    /// <summary>
    /// As <see cref="FindAsync"/>, and holds the row until the transaction ends, so that two requests for one project queue up.
    /// </summary>
    Task<Project?> FindForUpdateAsync(string id, CancellationToken cancellationToken);

    /// <summary>As <see cref="FindForUpdateAsync"/>, and holds the id also when no project has it yet.</summary>
    Task<Project?> FindToSaveAsync(string id, CancellationToken cancellationToken);

    /// <summary>Holds a domain until the transaction ends, so that two projects that ask for it at once queue up.</summary>
    Task HoldCustomDomainAsync(string domain, CancellationToken cancellationToken);

    /// <summary>The project that uses a custom domain, or that a deployment is about to give it to; null when none does.</summary>
    Task<string?> FindIdByCustomDomainAsync(string domain, CancellationToken cancellationToken);

    /// <summary>
    /// Writes how the project's newest deployment stands, at the latest with the commit; a deployment that is not the newest changes
    /// nothing.
    /// </summary>
    /// <param name="starting">True for the acceptance, which makes the deployment the newest.</param>
    void RecordDeployment(string projectId, string deploymentId, string status, string? address, bool starting);

    void Add(Project project);
}
