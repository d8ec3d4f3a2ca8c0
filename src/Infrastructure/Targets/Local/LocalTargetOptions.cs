using System.Net;

namespace Libra.Deploy.Infrastructure.Targets.Local;

/// <summary>How sites run on this machine.</summary>
public sealed record LocalTargetOptions
{
    // workerd itself takes some 60 MiB.
    private const long LeastMemory = 96L << 20;

    /// <summary>A folder that only this process uses: what is live, its files, and working folders.</summary>
    public required string Root { get; init; }

    /// <summary>The pinned workerd program.</summary>
    public required string WorkerdPath { get; init; }

    /// <summary>The script that ends workerd with this process.</summary>
    public required string GuardPath { get; init; }

    /// <summary>Where the sites are served.</summary>
    public required IPAddress EdgeAddress { get; init; }

    /// <summary>The port of all sites; 0 takes a free one.</summary>
    public required int EdgePort { get; init; }

    /// <summary>A site that nobody asked for this long goes to sleep; the next request wakes it.</summary>
    public TimeSpan SleepAfter { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>
    /// Sites awake at once: the longest unused sleeps first. Busy ones stay awake, so that there may be more for a while.
    /// </summary>
    public int MaxAwake { get; init; } = 64;

    /// <summary>How long a process may take until it listens.</summary>
    public TimeSpan StartTimeout { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>
    /// Memory of one site's process, where the machine has control groups; one that takes more is ended. 0 sets no limit.
    /// </summary>
    public long SiteMemoryBytes { get; init; } = 512L << 20;

    /// <summary>How long a replaced version may finish the requests that it has begun.</summary>
    public TimeSpan DrainTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>What is wrong with the values, one sentence each; empty when nothing is.</summary>
    public IEnumerable<string> Problems()
    {
        if (SleepAfter <= TimeSpan.Zero || StartTimeout <= TimeSpan.Zero || DrainTimeout < TimeSpan.Zero)
            yield return "LocalTarget:SleepAfter and LocalTarget:StartTimeout must be positive, and LocalTarget:DrainTimeout not negative.";
        if (MaxAwake < 1) yield return "LocalTarget:MaxAwake must be 1 or more.";
        if (SiteMemoryBytes != 0 && SiteMemoryBytes < LeastMemory)
            yield return $"LocalTarget:SiteMemoryBytes must be 0 for no limit, or {LeastMemory} or more.";
    }
}
