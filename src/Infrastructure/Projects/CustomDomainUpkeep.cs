using Hangfire;
using Libra.Deploy.Application.Projects;
using Libra.Deploy.Infrastructure.Queue;
using Microsoft.Extensions.Logging;

namespace Libra.Deploy.Infrastructure.Projects;

/// <summary>Asks by a job, so that a worker does it: an API node has neither the local sites nor time for Cloudflare.</summary>
internal sealed class CustomDomainUpkeep(IBackgroundJobClientV2 jobs, ILogger<CustomDomainUpkeep> logger) : ICustomDomainUpkeep
{
    public void LookSoon()
    {
        try
        {
            jobs.Enqueue<RefreshCustomDomainsJob>(QueueRegistration.UpkeepQueue, job => job.RunAsync(CancellationToken.None));
        }
        catch (BackgroundJobClientException failure)
        {
            logger.LogWarning(failure, "Custom domains are looked after in the next regular round");
        }
    }
}
