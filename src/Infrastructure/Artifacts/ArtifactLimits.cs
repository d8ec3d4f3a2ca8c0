namespace Libra.Deploy.Infrastructure.Artifacts;

/// <summary>How much one artifact may hold; what a sandbox returns is untrusted.</summary>
public sealed record ArtifactLimits
{
    /// <summary>Files of the worker and the assets together.</summary>
    public int MaxFiles { get; init; } = 20_000;

    /// <summary>Folders that files and entries name: a site whose every page has one of its own stays below.</summary>
    public int MaxFolders { get; init; } = 40_000;

    /// <summary>Names in a path below <c>worker/</c> or <c>assets/</c>, the file's own included: as many as in the source.</summary>
    public int MaxDepth { get; init; } = 32;

    /// <summary>Bytes of one asset.</summary>
    public long MaxAssetBytes { get; init; } = 25L << 20;

    /// <summary>Bytes of all modules of the worker.</summary>
    public long MaxWorkerBytes { get; init; } = 64L << 20;

    /// <summary>Bytes of everything.</summary>
    public long MaxTotalBytes { get; init; } = 512L << 20;

    /// <summary>Bytes of each of <c>_headers</c>, <c>_redirects</c> and <c>.assetsignore</c>.</summary>
    public long MaxRuleFileBytes { get; init; } = 100L << 10;

    /// <summary>Rules of <c>.assetsignore</c>.</summary>
    public int MaxIgnoreRules { get; init; } = 1_000;

    /// <summary>Characters of one rule of <c>.assetsignore</c>: as many as the longest path has bytes.</summary>
    public int MaxIgnoreRuleLength { get; init; } = 1_024;

    /// <summary>
    /// Steps in which all rules of <c>.assetsignore</c> are held to all paths, some seconds of one processor. A hundred rules for 20,000
    /// files take a tenth.
    /// </summary>
    public long MaxIgnoreComparisons { get; init; } = 2_000_000_000;

    /// <summary>Bytes of <c>result.json</c>.</summary>
    public long MaxResultBytes { get; init; } = 1L << 20;

    /// <summary>Bytes of a stored manifest: 20,000 files with long paths stay below.</summary>
    public long MaxManifestBytes { get; init; } = 32L << 20;

    /// <summary>Variables that a wrangler config sets.</summary>
    public int MaxVars { get; init; } = 128;

    /// <summary>Bytes of one of them.</summary>
    public int MaxVarBytes { get; init; } = 5 << 10;

    /// <summary>What a script gets of processor time without asking; more would be at the platform's cost.</summary>
    public int MaxCpuMilliseconds { get; init; } = 30_000;

    /// <summary>What a script gets of subrequests without asking.</summary>
    public int MaxSubrequests { get; init; } = 1_000;

    internal bool ArePositive => new[]
    {
        MaxFiles, MaxFolders, MaxDepth, MaxAssetBytes, MaxWorkerBytes, MaxTotalBytes, MaxRuleFileBytes, MaxIgnoreRules, MaxIgnoreRuleLength,
        MaxIgnoreComparisons, MaxResultBytes, MaxManifestBytes, MaxVars, MaxVarBytes, MaxCpuMilliseconds, MaxSubrequests,
    }.All(limit => limit > 0);
}

/// <summary>Where artifacts are packed and unpacked on this machine.</summary>
public sealed record ArtifactStoreOptions
{
    /// <summary>Folder of unpacked artifacts and of work in progress; may be shared by processes of one machine.</summary>
    public required string CacheFolder { get; init; }

    /// <summary>Bytes of unpacked artifacts to keep; those in use are never removed, so that it may be exceeded for a while.</summary>
    public long MaxCacheBytes { get; init; } = 4L << 30;

    public ArtifactLimits Limits { get; init; } = new();

    /// <summary>What is wrong with the values, one sentence each; empty when nothing is.</summary>
    public IEnumerable<string> Problems()
    {
        if (MaxCacheBytes < 1) yield return "Artifacts:MaxCacheBytes must be positive.";
        if (!Limits.ArePositive) yield return "Every limit below Artifacts:Limits must be positive.";
    }
}
