using Hangfire;
using Libra.Deploy.Domain.Deployments;
using Microsoft.Extensions.Options;

namespace Libra.Deploy.Infrastructure.Queue;

/// <summary>Hands a deployment to Hangfire, and notes which job has it.</summary>
internal sealed class DeploymentJobs(IBackgroundJobClientV2 jobs, WaitingDeployments waiting, IOptions<QueueOptions> options)
{
    // Not to be stopped in between: a job that no deployment names would count as lost.
    public async Task EnqueueAsync(DeploymentId id)
    {
        var job = jobs.Enqueue<RunDeploymentJob>(options.Value.QueueName, run => run.RunAsync(id.Value, CancellationToken.None));
        await waiting.RecordJobAsync(id, job, CancellationToken.None);
    }
}
