using System.Collections.Concurrent;
using System.Data.Common;
using Libra.Deploy.Application.Deployments.Logs;
using Libra.Deploy.Domain.Deployments;
using Microsoft.Extensions.Logging;

namespace Libra.Deploy.Application.Deployments.Archive;

/// <summary>
/// What stays in the object store of a deployment that has ended: its log, sealed so that followers come to an end, and its result.
/// </summary>
internal sealed class DeploymentArchive(
    IDeploymentLog log, DeploymentResults results, IArchivedDeployments archived, TimeProvider clock, ILogger<DeploymentArchive> logger)
{
    // The caller's own client waits meanwhile, and gives up long before a store that hangs does.
    private static readonly TimeSpan Moment = TimeSpan.FromSeconds(2);

    /// <summary>How long after the end at the latest its worker has done this itself, if it lives.</summary>
    public static readonly TimeSpan DoneByThen = TimeSpan.FromMinutes(1);

    private readonly ConcurrentDictionary<DeploymentId, Lazy<Task>> _sealing = new();
    private readonly ConcurrentQueue<LogSubject> _soon = new();

    /// <summary>
    /// Safe to repeat, and any number of callers at once cost one attempt. The deployment has ended whatever happens here: a store or
    /// database that is away is only noted, and whoever comes later seals.
    /// </summary>
    public async Task SealAsync(LogSubject subject)
    {
        var sealing = _sealing.GetOrAdd(subject.DeploymentId, _ => new Lazy<Task>(() => SealNowAsync(subject)));
        try
        {
            await sealing.Value;
        }
        finally
        {
            _sealing.TryRemove(KeyValuePair.Create(subject.DeploymentId, sealing));
        }
    }

    /// <summary>The same for a deployment at hand.</summary>
    public Task SealAsync(Deployment ended) => SealAsync(LogSubject.Of(ended));

    /// <summary>
    /// The same, but goes on by itself with a store that takes longer than a moment; should the node die before, another seals.
    /// </summary>
    public async Task SealOrGoOnAsync(Deployment ended)
    {
        try
        {
            await SealAsync(ended).WaitAsync(Moment, clock);
        }
        catch (TimeoutException)
        {
            logger.LogInformation("The log of {DeploymentId} is sealed once the object store answers", ended.Id);
        }
    }

    /// <summary>
    /// Leaves it to this node's next <see cref="ArchiveLeftDeploymentsCommand"/>, for those who cannot wait for the object store and know
    /// that no worker writes any more. Should the node die before, another seals when <see cref="DoneByThen"/> is over.
    /// </summary>
    public void SealSoon(Deployment ended) => _soon.Enqueue(LogSubject.Of(ended));

    /// <summary>What was left by <see cref="SealSoon"/> since the last call.</summary>
    public IReadOnlyList<LogSubject> TakeLeft()
    {
        var left = new List<LogSubject>();
        while (_soon.TryDequeue(out var subject)) left.Add(subject);
        return left;
    }

    private async Task SealNowAsync(LogSubject subject)
    {
        try
        {
            await log.SealAsync(subject, CancellationToken.None);
            await results.WriteAsync(subject.DeploymentId, CancellationToken.None);
            await archived.MarkAsync(subject.DeploymentId, CancellationToken.None);
        }
        catch (Exception failure) when (
            failure is IOException or InvalidDataException or DbException or InvalidOperationException { InnerException: DbException })
        {
            logger.LogWarning(failure, "The log of {DeploymentId} could not be sealed yet", subject.DeploymentId);
        }
    }
}
