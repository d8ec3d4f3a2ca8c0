using Libra.Deploy.Domain.Deployments;
using Microsoft.Extensions.Logging;

namespace Libra.Deploy.Application.Deployments.Logs;

/// <summary>Ends the logs of deployments that have ended, so that followers do not wait for lines that nobody will write.</summary>
internal sealed class LogSealing(IDeploymentLog log, ILogger<LogSealing> logger)
{
    /// <summary>Safe to repeat. The deployment has ended whatever happens here: a store that is away is only noted, and a later reader seals.</summary>
    public async Task SealAsync(LogSubject subject)
    {
        try
        {
            await log.SealAsync(subject, CancellationToken.None);
        }
        catch (IOException failure)
        {
            logger.LogWarning(failure, "The log of {DeploymentId} could not be sealed yet", subject.DeploymentId);
        }
    }

    /// <summary>The log of a deployment that has ended.</summary>
    public Task SealAsync(Deployment ended) => SealAsync(new LogSubject(ended.Id, ended.OrganizationId, ended.ProjectId));
}
