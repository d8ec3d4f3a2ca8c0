using Hangfire;
using Libra.Deploy.Application.Projects;
using Libra.Deploy.Infrastructure.Queue;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace Libra.Deploy.Infrastructure.Projects;

/// <summary>Tells Hangfire how often to look after custom domains. Every worker node says the same, so that it is said once.</summary>
internal sealed class CustomDomainSchedule(IRecurringJobManagerV2 jobs, IOptions<CustomDomainOptions> options) : IHostedService
{
    /// <summary>Name of the recurring job, as the dashboard shows it.</summary>
    public const string JobId = "custom-domains";

    public Task StartAsync(CancellationToken cancellationToken)
    {
        // After an outage one run catches up with everything.
        var recurring = new RecurringJobOptions { MisfireHandling = MisfireHandlingMode.Ignorable };
        try
        {
            jobs.AddOrUpdate<RefreshCustomDomainsJob>(
                JobId, QueueRegistration.UpkeepQueue, job => job.RunAsync(CancellationToken.None), options.Value.Schedule, recurring);
        }
        catch (ArgumentException failure)
        {
            throw new FormatException($"CustomDomains:Schedule={options.Value.Schedule} is no cron expression.", failure);
        }

        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
