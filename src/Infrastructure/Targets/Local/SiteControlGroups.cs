using System.Security.Cryptography;
using System.Text;
using Libra.Deploy.Infrastructure.Processes;
using Microsoft.Extensions.Logging;

namespace Libra.Deploy.Infrastructure.Targets.Local;

/// <summary>The control groups of this service's sites: one that takes all memory must not take the machine.</summary>
internal sealed class SiteControlGroups(LocalTargetOptions options, ILogger<SiteControlGroups> logger)
{
    // Other services of the machine have folders of their own, and their groups beside these.
    private readonly string _prefix =
        $"site-{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Path.GetFullPath(options.Root))))[..8]}";

    private readonly Lazy<ControlGroups> _groups = new(() => ControlGroups.Probe());

    /// <summary>Ends what a service that was killed has left, and says once when there are no limits here.</summary>
    /// <param name="alone">False when another service uses the folder: its sites are nobody's leftovers.</param>
    public async Task BeginAsync(bool alone)
    {
        if (options.SiteMemoryBytes == 0) return;
        if (_groups.Value.Kind == ControlGroupKind.None)
            logger.LogWarning("No control groups can be made here: no limit holds the memory of the sites on this machine");
        if (alone) await _groups.Value.EndAsync(_prefix);
    }

    /// <summary>The limit of one process of a worker.</summary>
    public SiteMemory Create(string worker)
    {
        var group = options.SiteMemoryBytes == 0 ? null : _groups.Value.Create($"{_prefix}-{worker}", options.SiteMemoryBytes);
        return new SiteMemory(group, options.SiteMemoryBytes, logger);
    }
}
