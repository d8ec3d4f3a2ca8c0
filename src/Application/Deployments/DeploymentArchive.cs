using System.Collections.Concurrent;
using Libra.Deploy.Application.Deployments.Logs;
using Libra.Deploy.Application.Deployments.Results;
using Libra.Deploy.Domain.Deployments;
using Microsoft.Extensions.Logging;

namespace Libra.Deploy.Application.Deployments;

/// <summary>What stays in the object store of a deployment that has ended: its log, sealed so that followers come to an end, and its result.</summary>
internal sealed class DeploymentArchive(IDeploymentLog log, DeploymentResults results, ILogger<DeploymentArchive> logger)
{
    private readonly ConcurrentDictionary<DeploymentId, Lazy<Task>> _sealing = new();

    /// <summary>
    /// Safe to repeat, and any number of callers at once cost one attempt. The deployment has ended whatever happens here: a store that is
    /// away is only noted, and a later reader seals.
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
    public Task SealAsync(Deployment ended) => SealAsync(new LogSubject(ended.Id, ended.OrganizationId, ended.ProjectId));

    private async Task SealNowAsync(LogSubject subject)
    {
        try
        {
            await log.SealAsync(subject, CancellationToken.None);
            await results.WriteAsync(subject.DeploymentId, CancellationToken.None);
        }
        catch (IOException failure)
        {
            logger.LogWarning(failure, "The log of {DeploymentId} could not be sealed yet", subject.DeploymentId);
        }
    }
}
