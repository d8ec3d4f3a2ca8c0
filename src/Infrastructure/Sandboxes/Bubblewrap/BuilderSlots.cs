using System.Globalization;
using Libra.Deploy.Application.Deployments.Pipeline;
using Libra.Deploy.Infrastructure.Processes;

namespace Libra.Deploy.Infrastructure.Sandboxes.Bubblewrap;

/// <summary>Hands out builder users: two sandboxes of one user would share its limit of processes.</summary>
internal sealed class BuilderSlots(string folder, int count)
{
    /// <exception cref="SandboxException">All are in use.</exception>
    public BuilderSlot Take()
    {
        for (var index = 0; index < count; index++)
        {
            if (LockFile.TryTake(Path.Combine(folder, index.ToString(CultureInfo.InvariantCulture))) is { } held)
                return new BuilderSlot(index, held);
        }

        throw new SandboxException("SANDBOX_CREATE_FAILED", $"All {count} sandboxes of this machine are in use.", transient: true);
    }
}

/// <summary>One builder user, held until disposed.</summary>
internal sealed record BuilderSlot(int Index, IDisposable Lock) : IDisposable
{
    public void Dispose() => Lock.Dispose();
}
