using Libra.Deploy.Application.Deployments.Logs;
using Libra.Deploy.Domain.Deployments;

namespace Libra.Deploy.Application.Deployments.Archive;

/// <summary>
/// Of which ended deployments the log is sealed and the result stored, so that nobody has to ask the object store of all.
/// </summary>
public interface IArchivedDeployments
{
    /// <summary>Remembers that it is done; safe to repeat.</summary>
    Task MarkAsync(DeploymentId id, CancellationToken cancellationToken);

    /// <summary>
    /// Some that ended before the given time and are not done; which ones is left to chance, so that one that cannot be done holds up none.
    /// </summary>
    Task<IReadOnlyList<LogSubject>> FindLeftAsync(DateTimeOffset endedBefore, int most, CancellationToken cancellationToken);
}
