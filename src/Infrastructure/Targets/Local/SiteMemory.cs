using Libra.Deploy.Infrastructure.Processes;
using Microsoft.Extensions.Logging;

namespace Libra.Deploy.Infrastructure.Targets.Local;

/// <summary>Holds one process of a site to the memory that it may take, on machines that can.</summary>
internal sealed class SiteMemory(ControlGroup? group, long maxBytes, ILogger logger) : IAsyncDisposable
{
    private readonly Lock _looking = new();
    private bool _ranOut;
    private bool _removed;

    /// <summary>What the process joins before it starts; empty without a limit.</summary>
    public IReadOnlyList<string> JoinFiles => group?.JoinFiles ?? [];

    /// <summary>Why the process ended, when it was for want of memory; else empty.</summary>
    public string Explanation => RanOut()
        ? $"It was ended because it took more than the {maxBytes >> 20} MiB of memory that a site has here (LocalTarget:SiteMemoryBytes)."
        : string.Empty;

    /// <summary>Removes the limit once the process has ended; what is known about its end stays known.</summary>
    public async ValueTask DisposeAsync()
    {
        if (group is null) return;
        lock (_looking)
        {
            RanOut();
            _removed = true;
        }

        try
        {
            await group.RemoveAsync();
        }
        catch (IOException left)
        {
            logger.LogWarning(left, "The control group of a site could not be removed");
        }
    }

    private bool RanOut()
    {
        if (group is null) return false;
        lock (_looking)
        {
            if (!_ranOut && !_removed) _ranOut = group.RanOutOfMemory();
            return _ranOut;
        }
    }
}
