using Libra.Deploy.Application.Deployments.Artifacts;

namespace Libra.Deploy.Application.Deployments.Pipeline;

/// <summary>Knows what was built from which source.</summary>
public interface IBuiltArtifacts
{
    /// <summary>The artifact that a completed deployment of the project made of the same source; null when there is none.</summary>
    Task<ArtifactReference?> FindAsync(string projectId, string sourceDigest, CancellationToken cancellationToken);
}

/// <summary>The toolchain that builds; a change of it makes every source count as changed.</summary>
/// <param name="Version">Differs whenever a tool's version does.</param>
public sealed record BuildToolchain(string Version);
