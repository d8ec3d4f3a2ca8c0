using System.Formats.Tar;
using System.IO.Compression;
using Libra.Deploy.Application.Deployments.Artifacts;

namespace Libra.Deploy.Infrastructure.Artifacts;

/// <summary>The stored form of an artifact: <c>manifest.json</c> and then its files, as a reproducible <c>.tar.gz</c>.</summary>
internal static class ArtifactPackage
{
    public const string ManifestFile = "manifest.json";

    /// <summary>Packs the manifest's files from <paramref name="folder"/>; the same content gives the same bytes.</summary>
    public static async Task WriteAsync(
        Stream packed, byte[] manifest, IEnumerable<ArtifactFile> files, string folder, CancellationToken cancellationToken)
    {
        await using var gzip = new GZipStream(packed, CompressionLevel.Fastest, leaveOpen: true);
        await using var tar = new TarWriter(gzip, TarEntryFormat.Gnu);
        await using (var content = new MemoryStream(manifest, writable: false))
            await tar.WriteEntryAsync(Entry(ManifestFile, content), cancellationToken);
        foreach (var file in files.OrderBy(file => file.Path, StringComparer.Ordinal))
        {
            await using var content = File.OpenRead(Path.Combine(folder, file.Path));
            await tar.WriteEntryAsync(Entry(file.Path, content), cancellationToken);
        }
    }

    /// <summary>Unpacks into an empty folder and proves every byte against the digest.</summary>
    /// <exception cref="InvalidDataException">The package is not the one that the digest names.</exception>
    public static async Task<ArtifactManifest> ReadAsync(
        Stream packed, string digest, string folder, ArtifactLimits limits, CancellationToken cancellationToken)
    {
        await using var gzip = new GZipStream(packed, CompressionMode.Decompress);
        var reader = new StrictTarReader(gzip);
        var manifest = await ReadManifestAsync(reader, digest, folder, limits, cancellationToken);

        var expected = manifest.Files.ToDictionary(file => file.Path, StringComparer.Ordinal);
        while (await reader.NextAsync(cancellationToken) is { } item)
        {
            // The manifest was written by us and is proved, so its paths are clean and its sizes bounded.
            if (!expected.Remove(item.Path, out var file) || item.Size != file.Size)
                throw new InvalidDataException($"Artifact {digest} holds '{item.Path}', which is not in its manifest.");
            var (sha256, _) = await FileContent.WriteAsync(Path.Combine(folder, file.Path), reader.ReadAsync, cancellationToken);
            if (sha256 != file.Sha256)
                throw new InvalidDataException($"'{file.Path}' of artifact {digest} was changed after it was stored.");
        }

        if (expected.Count > 0) throw new InvalidDataException($"Artifact {digest} lacks '{expected.Keys.First()}'.");
        return manifest;
    }

    private static async Task<ArtifactManifest> ReadManifestAsync(
        StrictTarReader reader, string digest, string folder, ArtifactLimits limits, CancellationToken cancellationToken)
    {
        if (await reader.NextAsync(cancellationToken) is not { Path: ManifestFile } item || item.Size > limits.MaxManifestBytes)
            throw new InvalidDataException($"Artifact {digest} does not start with its manifest.");
        var path = Path.Combine(folder, ManifestFile);
        var (sha256, _) = await FileContent.WriteAsync(path, reader.ReadAsync, cancellationToken);
        if (sha256 != digest) throw new InvalidDataException($"The manifest of artifact {digest} was changed after it was stored.");
        return ManifestJson.Read(await File.ReadAllBytesAsync(path, cancellationToken));
    }

    private static GnuTarEntry Entry(string path, Stream content) => new(TarEntryType.RegularFile, path)
    {
        DataStream = content,
        ModificationTime = DateTimeOffset.UnixEpoch,
        Mode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead,
    };
}
