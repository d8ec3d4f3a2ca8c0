namespace Libra.Deploy.Application.Deployments.Cleanup;

/// <summary>Something that builds up on each machine and that nobody may need any more.</summary>
public interface ILocalLeftovers
{
    /// <summary>Removes it from this machine. Safe to repeat, and beside other processes of the machine.</summary>
    /// <param name="dryRun">Only tells what the same call would remove now.</param>
    /// <returns>How many there were, and their bytes.</returns>
    Task<(long Count, long Bytes)> RemoveAsync(bool dryRun, CancellationToken cancellationToken);
}
