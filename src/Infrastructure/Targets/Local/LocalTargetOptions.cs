using System.Net;

namespace Libra.Deploy.Infrastructure.Targets.Local;

/// <summary>How sites run on this machine.</summary>
public sealed record LocalTargetOptions
{
    /// <summary>A folder that only this process uses: what is live, its files, and working folders.</summary>
    public required string Root { get; init; }

    /// <summary>The pinned workerd program.</summary>
    public required string WorkerdPath { get; init; }

    /// <summary>The script that ends workerd with this process.</summary>
    public required string GuardPath { get; init; }

    public IPAddress EdgeAddress { get; init; } = IPAddress.Loopback;

    /// <summary>The port of all sites; 0 takes a free one.</summary>
    public int EdgePort { get; init; } = 8787;

    /// <summary>A site that nobody asked for this long goes to sleep; the next request wakes it.</summary>
    public TimeSpan SleepAfter { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>
    /// Sites awake at once: the longest unused sleeps first. Busy ones stay awake, so that there may be more for a while.
    /// </summary>
    public int MaxAwake { get; init; } = 64;

    public TimeSpan StartTimeout { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>How long a replaced version may finish the requests that it has begun.</summary>
    public TimeSpan DrainTimeout { get; init; } = TimeSpan.FromSeconds(30);
}
