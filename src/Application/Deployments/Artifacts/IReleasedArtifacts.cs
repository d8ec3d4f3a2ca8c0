namespace Libra.Deploy.Application.Deployments.Artifacts;

/// <summary>Remembers artifacts that a deployment names no more, until a cleanup has removed them or found that another one does.</summary>
public interface IReleasedArtifacts
{
    /// <summary>Remembers one, with the caller's transaction.</summary>
    void Add(string digest, string projectId, long size);
}
