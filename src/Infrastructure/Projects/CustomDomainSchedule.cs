using Hangfire;
using Hangfire.Storage;
using Libra.Deploy.Application.Projects;
using Libra.Deploy.Infrastructure.Queue;
using Libra.Deploy.Infrastructure.Upkeep;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Npgsql;

namespace Libra.Deploy.Infrastructure.Projects;

/// <summary>
/// Tells Hangfire how often to look after custom domains. Every worker node says the same, so that it is said once; and says it again
/// now and then, for the database may be away at first, and somebody may delete it.
/// </summary>
internal sealed class CustomDomainSchedule(
    IRecurringJobManagerV2 jobs,
    IOptions<CustomDomainOptions> options, IServiceScopeFactory scopes, TimeProvider clock, ILogger<CustomDomainSchedule> logger)
    : RecurringWork(SaidEvery, scopes, clock, logger)
{
    /// <summary>Name of the recurring job, as the dashboard shows it.</summary>
    public const string JobId = "custom-domains";

    private static readonly TimeSpan SaidEvery = TimeSpan.FromMinutes(5);

    public override Task StartAsync(CancellationToken cancellationToken)
    {
        try
        {
            Say();
        }
        catch (ArgumentException)
        {
            throw new OptionsValidationException(
                nameof(options.Value.Schedule), typeof(CustomDomainOptions),
                [$"CustomDomains:Schedule={options.Value.Schedule} is not a cron expression."]);
        }
        catch (Exception failure) when (failure is NpgsqlException or DistributedLockTimeoutException)
        {
            logger.LogWarning(failure, "Custom domains are looked after as soon as the database answers");
        }

        return base.StartAsync(cancellationToken);
    }

    protected override Task DoAsync(long round, CancellationToken cancellationToken)
    {
        Say();
        return Task.CompletedTask;
    }

    // After an outage one run catches up with everything.
    private void Say() => jobs.AddOrUpdate<RefreshCustomDomainsJob>(
        JobId,
        QueueRegistration.UpkeepQueue,
        job => job.RunAsync(CancellationToken.None),
        options.Value.Schedule,
        new RecurringJobOptions { MisfireHandling = MisfireHandlingMode.Ignorable });
}
