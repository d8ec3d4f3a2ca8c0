namespace Libra.Deploy.Infrastructure.Artifacts;

/// <summary>A file that was written below a folder of ours, with what its bytes are known by.</summary>
internal sealed record UnpackedFile(string Path, string Sha256, long Size);

/// <summary>Collects the files of an artifact in a folder and refuses what one may not hold; memory stays flat.</summary>
internal sealed class ArtifactDraft(string folder, ArtifactLimits limits)
{
    private readonly List<UnpackedFile> _files = [];
    private readonly HashSet<string> _filePaths = new(StringComparer.Ordinal);
    private readonly HashSet<string> _folderPaths = new(StringComparer.Ordinal);
    private long _totalBytes;
    private long _workerBytes;

    public IReadOnlyList<UnpackedFile> Files => _files;

    /// <summary>Notes a path, so that no other entry can have it, nor have a file for a folder.</summary>
    /// <exception cref="InvalidDataException">The path is taken.</exception>
    public void Claim(string path, bool isFolder)
    {
        for (var slash = path.IndexOf('/', StringComparison.Ordinal); slash > 0; slash = path.IndexOf('/', slash + 1))
            ClaimFolder(path[..slash]);

        if (isFolder) ClaimFolder(path);
        else if (_folderPaths.Contains(path) || !_filePaths.Add(path))
            throw new InvalidDataException($"The build result has '{path}' twice.");
    }

    /// <summary>Writes a file whose path was claimed before.</summary>
    /// <exception cref="InvalidDataException">It is too large, one too many, or in no folder of an artifact.</exception>
    public async Task AddAsync(string path, long size, FileContent.Source content, CancellationToken cancellationToken)
    {
        CheckSize(path, size);
        var (sha256, _) = await FileContent.WriteAsync(Path.Combine(folder, path), content, cancellationToken);
        _files.Add(new UnpackedFile(path, sha256, size));
    }

    private void ClaimFolder(string path)
    {
        if (_filePaths.Contains(path)) throw new InvalidDataException($"The build result has '{path}' both as a file and as a folder.");
        _folderPaths.Add(path);
    }

    private void CheckSize(string path, long size)
    {
        if (_files.Count == limits.MaxFiles) throw new InvalidDataException($"The build result has more than {limits.MaxFiles} files.");
        if ((_totalBytes += size) > limits.MaxTotalBytes)
            throw new InvalidDataException($"The build result has more than {limits.MaxTotalBytes} bytes.");
        if (path.StartsWith(ArtifactPath.Worker, StringComparison.Ordinal))
        {
            if ((_workerBytes += size) > limits.MaxWorkerBytes)
                throw new InvalidDataException($"The worker has more than {limits.MaxWorkerBytes} bytes.");
            return;
        }

        if (!path.StartsWith(ArtifactPath.Assets, StringComparison.Ordinal))
            throw new InvalidDataException($"'{path}' lies neither in worker/ nor in assets/.");
        var most = AssetRules.IsRuleFile(path) ? limits.MaxRuleFileBytes : limits.MaxAssetBytes;
        if (size > most) throw new InvalidDataException($"'{path}' has {size} bytes; at most {most} are allowed.");
    }
}
