using Libra.Deploy.Application.Deployments.Artifacts;
using Libra.Deploy.Infrastructure.Artifacts;

namespace Libra.Deploy.Infrastructure.Targets.Local;

/// <summary>
/// The site host's own copies of the artifacts that are live: unlike a cache they stay as long as somebody holds them. The last one to
/// let go removes the files.
/// </summary>
internal sealed class SiteArtifacts(LocalTargetOptions options)
{
    private readonly string _root = Path.GetFullPath(Path.Combine(options.Root, "artifacts"));
    private readonly Lock _gate = new();
    private readonly Dictionary<string, int> _holds = new(StringComparer.Ordinal);

    public string FolderOf(string digest) => Path.Combine(_root, digest);

    /// <summary>Keeps an artifact until <see cref="LetGo"/> was called as often.</summary>
    public void Hold(string digest)
    {
        lock (_gate) _holds[digest] = _holds.GetValueOrDefault(digest) + 1;
    }

    /// <summary>Takes one hold back.</summary>
    public void LetGo(string digest)
    {
        lock (_gate)
        {
            if (--_holds[digest] > 0) return;
            _holds.Remove(digest);
            TemporaryFolder.Remove(FolderOf(digest));
        }
    }

    /// <summary>Copies an artifact that the caller holds; nothing happens when it is there and whole.</summary>
    public async Task AddAsync(IArtifact artifact, CancellationToken cancellationToken)
    {
        var folder = FolderOf(artifact.Digest);
        if (await FindAsync(artifact.Digest, cancellationToken) is not null) return;

        using var work = new TemporaryFolder($"{folder}.{Guid.NewGuid():N}");
        // The assets service wants its folder even when there is no file in it.
        Directory.CreateDirectory(Path.Combine(work.Path, "assets"));
        foreach (var file in artifact.Manifest.Files)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var copy = Path.Combine(work.Path, file.Path);
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            File.Copy(Path.Combine(artifact.Folder, file.Path), copy);
        }

        var manifest = ManifestJson.Write(artifact.Manifest);
        await File.WriteAllBytesAsync(Path.Combine(work.Path, ArtifactPackage.ManifestFile), manifest, cancellationToken);
        lock (_gate)
        {
            if (!Directory.Exists(folder)) Directory.Move(work.Path, folder);
            else Mend(folder, work.Path, artifact.Manifest);
        }
    }

    /// <summary>The manifest of an artifact; null when its files are gone or not those that the digest names.</summary>
    public Task<ArtifactManifest?> FindAsync(string digest, CancellationToken cancellationToken) =>
        UnpackedArtifact.FindAsync(FolderOf(digest), digest, cancellationToken);

    /// <summary>Removes what nobody holds: left behind by a process that was killed.</summary>
    public void RemoveAbandoned()
    {
        Directory.CreateDirectory(_root);
        lock (_gate)
        {
            foreach (var folder in Directory.EnumerateDirectories(_root).Where(folder => !_holds.ContainsKey(Path.GetFileName(folder))))
                TemporaryFolder.Remove(folder);
        }
    }

    // File by file, since a process that serves from the folder would go on with the old one if the folder itself were replaced.
    private static void Mend(string folder, string whole, ArtifactManifest manifest)
    {
        Directory.CreateDirectory(Path.Combine(folder, "assets"));
        foreach (var path in manifest.Files.Select(file => file.Path).Append(ArtifactPackage.ManifestFile))
        {
            var mended = Path.Combine(folder, path);
            Directory.CreateDirectory(Path.GetDirectoryName(mended)!);
            File.Move(Path.Combine(whole, path), mended, overwrite: true);
        }
    }
}
