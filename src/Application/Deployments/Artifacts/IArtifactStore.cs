using ErrorOr;

namespace Libra.Deploy.Application.Deployments.Artifacts;

/// <summary>Keeps artifacts under their digest: written once, never changed, verified when read.</summary>
public interface IArtifactStore
{
    /// <summary>
    /// Checks what a sandbox built (an untrusted tar: <c>result.json</c>, <c>worker/…</c>, <c>assets/…</c>), packs it and stores it.
    /// The same content gives the same digest. Safe to repeat.
    /// </summary>
    /// <param name="claim">Asked before anything is stored; null when nobody has to be.</param>
    /// <returns>The stored artifact, or <c>ARTIFACT_INVALID</c> with a sentence that names the offending path or setting.</returns>
    /// <exception cref="IOException">The store cannot be reached.</exception>
    Task<ErrorOr<ArtifactReference>> SaveBuildResultAsync(Stream tar, CancellationToken cancellationToken, ArtifactClaim? claim = null);

    /// <summary>Packs plain static files that need no build.</summary>
    Task<ErrorOr<ArtifactReference>> SaveStaticFilesAsync(
        StaticSite site, CancellationToken cancellationToken, ArtifactClaim? claim = null);

    /// <summary>Opens an artifact for publishing; null when no such artifact is stored (any more).</summary>
    /// <exception cref="InvalidDataException">What is stored does not match its digest.</exception>
    Task<IArtifact?> OpenAsync(string digest, CancellationToken cancellationToken);

    /// <summary>True when the artifact is stored.</summary>
    Task<bool> ExistsAsync(string digest, CancellationToken cancellationToken);

    /// <summary>The packed artifact as it is stored (<c>application/gzip</c>); null when there is none.</summary>
    Task<Stream?> OpenPackedAsync(string digest, CancellationToken cancellationToken);

    /// <summary>
    /// An address from which the packed artifact can be had without credentials for a while; null when the store has none.
    /// </summary>
    Uri? Presign(string digest, TimeSpan lifetime);

    /// <summary>Removes an artifact; one that is not there is not an error.</summary>
    Task DeleteAsync(string digest, CancellationToken cancellationToken);
}

/// <summary>
/// Writes down whose artifact it is, between the moment when its digest is known and the moment when it is looked for and stored. A
/// cleanup that deletes the same content then comes either before, and it is stored again, or after, and finds it in use.
/// </summary>
/// <returns>An error ends the saving.</returns>
public delegate Task<ErrorOr<Success>> ArtifactClaim(ArtifactReference artifact, CancellationToken cancellationToken);

/// <summary>Name and size of a stored artifact.</summary>
/// <param name="Digest">Lower-case hex SHA-256 of its manifest, which names every file by SHA-256.</param>
/// <param name="Size">Bytes as stored.</param>
/// <param name="Note">What is published otherwise than the project's files say, for its log; null when nothing is.</param>
public sealed record ArtifactReference(string Digest, long Size, string? Note = null);

/// <summary>An artifact unpacked into a folder of this machine; disposing releases the folder.</summary>
public interface IArtifact : IAsyncDisposable
{
    string Digest { get; }

    ArtifactManifest Manifest { get; }

    /// <summary>Absolute path of a folder with <c>worker/</c> and <c>assets/</c>; read-only to callers.</summary>
    string Folder { get; }
}

/// <summary>Files of a project that are served as they are.</summary>
/// <param name="Files">Paths relative to the site's root, with their contents.</param>
public sealed record StaticSite(IReadOnlyList<(string Path, ReadOnlyMemory<byte> Content)> Files, AssetsSettings Assets);
