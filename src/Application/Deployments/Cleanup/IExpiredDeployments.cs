using Libra.Deploy.Application.Common;
using Libra.Deploy.Application.Deployments.Logs;

namespace Libra.Deploy.Application.Deployments.Cleanup;

/// <summary>Finds and removes what nobody needs any more. One run at a time over all nodes.</summary>
public interface IExpiredDeployments
{
    /// <summary>Begins a run; null while another one is under way.</summary>
    Task<ICleanupRun?> BeginAsync(CleanupRules rules, CancellationToken cancellationToken);
}

/// <summary>What a run may remove.</summary>
/// <param name="EndedBefore">Deployments that ended later stay.</param>
/// <param name="SourceBytes">Of the sources that one organization's deployments brought along.</param>
/// <param name="Visible">Others' deployments stay, and what belongs to nobody as well unless all are visible.</param>
/// <param name="DryRun">Everything the run does to the database is undone at its end.</param>
public sealed record CleanupRules(
    DateTimeOffset EndedBefore, int KeepPerProject, long SourceBytes, TimeSpan ArtifactGrace, TimeSpan OrphanGrace,
    OrganizationFilter Visible, bool DryRun);

/// <summary>One run. Disposing lets the next one begin; what was removed until then stays removed.</summary>
public interface ICleanupRun : IAsyncDisposable
{
    /// <summary>Old deployments that stay.</summary>
    Task<KeptDeployments> CountKeptAsync(CancellationToken cancellationToken);

    /// <summary>
    /// Removes logs and results whose deployment does not exist (any more), such as a worker writes that stood still meanwhile.
    /// </summary>
    /// <returns>Objects and bytes removed.</returns>
    Task<(long Objects, long Bytes)> RemoveOrphansAsync(CancellationToken cancellationToken);

    /// <summary>
    /// The next deployments that may go: ended long enough ago, not the live one of their project nor among its newest (of a project
    /// that is gone there is neither), and not waiting among the dead letters. Empty when there are no more.
    /// </summary>
    Task<IReadOnlyList<LogSubject>> NextAsync(CancellationToken cancellationToken);

    /// <summary>Removes deployments and remembers their artifacts, in one transaction.</summary>
    Task RemoveAsync(IReadOnlyList<LogSubject> deployments, CancellationToken cancellationToken);

    /// <summary>
    /// Removes the oldest sources of ended deployments beyond what an organization may keep. Such a deployment stays, and cannot be
    /// retried; what runs, or waits among the dead letters, keeps its source.
    /// </summary>
    /// <returns>Bytes removed.</returns>
    Task<long> TrimSourcesAsync(CancellationToken cancellationToken);

    /// <summary>
    /// Hands every artifact over that no deployment has used for the grace time. While <paramref name="remove"/> runs, its
    /// project accepts no deployment and no other one takes the artifact up.
    /// </summary>
    Task ReleaseArtifactsAsync(Func<UnusedArtifact, Task> remove, CancellationToken cancellationToken);
}

/// <summary>An artifact that no deployment refers to.</summary>
public sealed record UnusedArtifact(string Digest, long Size);

/// <summary>Deployments past the age that stay.</summary>
/// <param name="Live">What is live of its project.</param>
/// <param name="Recent">Among the newest of its project.</param>
public sealed record KeptDeployments(long Live, long Recent);
