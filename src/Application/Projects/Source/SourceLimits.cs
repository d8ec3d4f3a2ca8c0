namespace Libra.Deploy.Application.Projects.Source;

/// <summary>How large a project's source may be.</summary>
public sealed record SourceLimits
{
    /// <summary>Files that are left once excluded paths are dropped.</summary>
    public int MaxFiles { get; init; } = 10_000;

    /// <summary>Bytes of one file; the Workers platform takes no larger asset.</summary>
    public long MaxFileBytes { get; init; } = 25 * 1024 * 1024;

    /// <summary>Bytes of all files together.</summary>
    public long MaxTotalBytes { get; init; } = 100 * 1024 * 1024;

    /// <summary>
    /// Files and folders that a request may name, and changes that a history may hold: what is left out, and what is written over, counts
    /// for no other limit, and each takes its time and memory.
    /// </summary>
    public long MaxEntries => Math.Max(10L * MaxFiles, 1_000);

    /// <summary>Segments of a path, the file's own name included.</summary>
    public int MaxDepth { get; init; } = 32;
}
