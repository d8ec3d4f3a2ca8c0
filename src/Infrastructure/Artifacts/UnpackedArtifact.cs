using Libra.Deploy.Application.Deployments.Artifacts;

namespace Libra.Deploy.Infrastructure.Artifacts;

/// <summary>Tells whether a folder still holds the artifact that was unpacked into it.</summary>
/// <remarks>
/// Unpacking proved every byte, but a power loss may take back what was never flushed: files come out missing, empty or short. So a look
/// at the manifest's digest and the sizes finds the damage, and flushing each file of each artifact is spared.
/// </remarks>
internal static class UnpackedArtifact
{
    /// <summary>The manifest; null when the folder is missing or does not hold all that the digest names.</summary>
    public static async Task<ArtifactManifest?> FindAsync(string folder, string digest, CancellationToken cancellationToken)
    {
        var path = Path.Combine(folder, ArtifactPackage.ManifestFile);
        if (!File.Exists(path)) return null;

        var json = await File.ReadAllBytesAsync(path, cancellationToken);
        if (ManifestJson.Digest(json) != digest) return null;

        var manifest = ManifestJson.Read(json);
        return manifest.Files.All(file => IsThere(Path.Combine(folder, file.Path), file.Size)) ? manifest : null;
    }

    private static bool IsThere(string path, long size) => new FileInfo(path) is { Exists: true } file && file.Length == size;
}
