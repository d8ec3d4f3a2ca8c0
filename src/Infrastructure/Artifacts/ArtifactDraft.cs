namespace Libra.Deploy.Infrastructure.Artifacts;

/// <summary>A file that was written below a folder of ours, with what its bytes are known by.</summary>
internal sealed record UnpackedFile(string Path, string Sha256, long Size);

/// <summary>Collects the files of an artifact in a folder and refuses what one may not hold; memory follows what was sent.</summary>
internal sealed class ArtifactDraft(string folder, ArtifactLimits limits)
{
    private const int Root = 0;
    private const int File = -1;

    private readonly List<UnpackedFile> _files = [];

    // Each name once below its folder's number, with its own number or File. Whole paths would repeat the folders above every folder.
    private readonly Dictionary<(int Folder, string Name), int> _names = [];
    private int _folders;
    private long _totalBytes;
    private long _workerBytes;

    public IReadOnlyList<UnpackedFile> Files => _files;

    /// <summary>Notes a path, so that no other entry can have it, nor have a file for a folder.</summary>
    /// <exception cref="InvalidDataException">The path is taken, or lies in one folder too many.</exception>
    public void Claim(string path, bool isFolder)
    {
        var names = path.Split('/');
        var parent = Root;
        for (var i = 0; i < names.Length - 1; i++) parent = ClaimFolder(parent, names, i);

        if (isFolder) ClaimFolder(parent, names, names.Length - 1);
        else if (!_names.TryAdd((parent, names[^1]), File)) throw new InvalidDataException($"The build result has '{path}' twice.");
    }

    /// <summary>Writes a file whose path was claimed before.</summary>
    /// <exception cref="InvalidDataException">It is too large, one too many, or in no folder of an artifact.</exception>
    public async Task AddAsync(string path, long size, FileContent.Source content, CancellationToken cancellationToken)
    {
        CheckSize(path, size);
        var (sha256, _) = await FileContent.WriteAsync(Path.Combine(folder, path), content, cancellationToken);
        _files.Add(new UnpackedFile(path, sha256, size));
    }

    /// <returns>The folder's number.</returns>
    private int ClaimFolder(int parent, string[] names, int index)
    {
        if (_names.TryGetValue((parent, names[index]), out var known))
            return known != File
                ? known
                : throw new InvalidDataException(
                    $"The build result has '{string.Join('/', names[..(index + 1)])}' both as a file and as a folder.");

        if (_folders == limits.MaxFolders) throw new InvalidDataException($"The build result has more than {limits.MaxFolders} folders.");
        return _names[(parent, names[index])] = ++_folders;
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
