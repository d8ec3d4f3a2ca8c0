namespace Libra.Deploy.Application.Deployments.Artifacts;

/// <summary>One lock for each artifact, over all nodes, between those who take it up and those who delete it.</summary>
public interface IArtifactLocks
{
    /// <summary>Waits for the lock and holds it to the end of the caller's transaction.</summary>
    Task HoldAsync(string digest, CancellationToken cancellationToken);
}
