using System.Text.RegularExpressions;

namespace Libra.Deploy.Infrastructure.Sandboxes.Bubblewrap;

/// <summary>How the <c>bubblewrap</c> provider works on this machine.</summary>
public sealed partial record BubblewrapOptions
{
    private const int MostSlots = 10_000;

    // Below are the users of the machine itself.
    private const int FirstFreeUser = 1000;

    /// <summary>Folder for everything of the sandboxes; one filesystem, so that package caches can be hard-linked.</summary>
    public required string DataDirectory { get; init; }

    /// <summary>
    /// Sandboxes that may exist at once on this machine, whatever number of processes shares the folder; each has a user of its own.
    /// Never fewer than two for each deployment that one process runs at once (<see cref="SlotsFor"/>).
    /// </summary>
    public int Slots { get; init; } = 16;

    /// <summary>Linux user that package managers run as when the service is root. Nobody else may use it.</summary>
    public int InstallerUserId { get; init; } = 210000;

    /// <summary>First of <see cref="Slots"/> consecutive Linux users that project code runs as when the service is root.</summary>
    public int FirstBuilderUserId { get; init; } = 210001;

    /// <summary>Size of <c>/tmp</c> inside.</summary>
    public long TemporaryBytes { get; init; } = 512L << 20;

    /// <summary>Size of the home folder, and of <c>/dev/shm</c>, inside.</summary>
    public long HomeBytes { get; init; } = 64L << 20;

    /// <summary>Installed dependencies kept per organization; the ones unused for longest go first.</summary>
    public long DependencyStoreBytes { get; init; } = 10L << 30;

    /// <summary>The same for all organizations together: what was unused for longest goes, whoever's it is.</summary>
    public long AllDependencyStoresBytes { get; init; } = 40L << 30;

    /// <summary>Installed dependencies go when no build has used them for this long.</summary>
    public TimeSpan DependencyLifetime { get; init; } = TimeSpan.FromDays(30);

    /// <summary>Downloaded packages kept per organization; beyond it the cache starts afresh.</summary>
    public long PackageCacheBytes { get; init; } = 10L << 30;

    /// <summary>The npm registry to install from; null takes the one of this machine's npm configuration.</summary>
    public Uri? Registry { get; init; }

    /// <summary>
    /// Room for a process that takes over while another one drains, since both work in one folder. More processes wait for each other.
    /// </summary>
    /// <param name="concurrentDeployments">Of one process.</param>
    public int SlotsFor(int concurrentDeployments) => Math.Max(2 * concurrentDeployments, Slots);

    /// <summary>Further <c>host:port</c> that an install may reach, for registries that keep packages on another host.</summary>
    public IReadOnlyList<string> AllowedHosts { get; init; } = [];

    /// <summary>What is wrong with the values, one sentence each; empty when nothing is.</summary>
    public IEnumerable<string> Problems()
    {
        if (Slots is < 1 or > MostSlots) yield return $"Bubblewrap:Slots takes 1 to {MostSlots}.";
        if (InstallerUserId < FirstFreeUser || FirstBuilderUserId < FirstFreeUser
            || (InstallerUserId >= FirstBuilderUserId && InstallerUserId < FirstBuilderUserId + MostSlots))
            yield return $"Bubblewrap:InstallerUserId and the {MostSlots} users from Bubblewrap:FirstBuilderUserId on must be "
                + $"{FirstFreeUser} or more, and apart from each other.";
        if (new[] { TemporaryBytes, HomeBytes, DependencyStoreBytes, AllDependencyStoresBytes, PackageCacheBytes }.Any(bytes => bytes < 1)
            || DependencyLifetime <= TimeSpan.Zero)
            yield return "The sizes and the time of Bubblewrap must be positive.";
        if (Registry is { } registry && registry is not { IsAbsoluteUri: true, Scheme: "https" })
            yield return "Bubblewrap:Registry must be an https address.";
        foreach (var host in AllowedHosts.Where(host => !HostAndPort().IsMatch(host)))
            yield return $"Bubblewrap:AllowedHosts takes host:port, not '{host}'.";
    }

    [GeneratedRegex(@"\A[A-Za-z0-9.-]+:[0-9]{1,5}\z", RegexOptions.CultureInvariant)]
    private static partial Regex HostAndPort();
}
