using Libra.Deploy.Domain.Deployments;

namespace Libra.Deploy.Application.Deployments.Pipeline;

/// <summary>An artifact that was there before the deployment: what would build it is passed over.</summary>
internal static class StoredArtifact
{
    /// <returns>Null when the deployment has to build.</returns>
    public static string? ReasonToReuse(Deployment deployment) => deployment switch
    {
        { Source: SourceKind.Artifact } => $"Rollback: the stored artifact of {deployment.PredecessorId} goes live again",
        { ArtifactDigest: not null, ArtifactReused: true } => "The source is unchanged: the stored artifact goes live",
        _ => null,
    };
}
