namespace Libra.Deploy.Domain.Deployments;

/// <summary>Loads and adds deployments; changes to what it returns are saved by the unit of work.</summary>
public interface IDeploymentRepository
{
    /// <summary>Finds any deployment; null when there is none.</summary>
    Task<Deployment?> FindAsync(DeploymentId id, CancellationToken cancellationToken);

    /// <summary>As <see cref="FindAsync"/>, and holds the row until the transaction ends.</summary>
    Task<Deployment?> FindForUpdateAsync(DeploymentId id, CancellationToken cancellationToken);

    /// <summary>The newest completed deployment of the project; null when there is none.</summary>
    Task<Deployment?> FindLiveAsync(string projectId, CancellationToken cancellationToken);

    /// <summary>
    /// The newest deployment of the project that began to put its version live, however it ended; null when there is none. Only of one
    /// that completed is it sure that its version is served.
    /// </summary>
    Task<Deployment?> FindLastPublishedAsync(string projectId, CancellationToken cancellationToken);

    /// <summary>True when another deployment of the project was accepted after this one, however it ended.</summary>
    Task<bool> IsSupersededAsync(Deployment deployment, CancellationToken cancellationToken);

    /// <summary>Writes a deployment that was just accepted, at the latest with the commit.</summary>
    void Add(Deployment deployment);
}

/// <summary>A deployment that stands in the way of another of its project.</summary>
public sealed record ActiveDeployment(DeploymentId Id, DeploymentStatus Status);
