using Hangfire;
using Hangfire.AspNetCore;
using Hangfire.Common;
using Hangfire.PostgreSql;
using Libra.Deploy.Application.Deployments;
using Libra.Deploy.Application.Queue;
using Libra.Deploy.Domain.Queue;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Libra.Deploy.Infrastructure.Queue;

/// <summary>Registers Hangfire on our database, and what feeds it.</summary>
public static class QueueRegistration
{
    /// <summary>Hangfire's queue for recurring work that is not a deployment.</summary>
    public const string UpkeepQueue = "upkeep";

    /// <summary>
    /// How often Hangfire looks by itself. Our dispatcher enqueues in the process that runs the job, which Hangfire then notices at once;
    /// the look is for what a dead process left, and each worker's costs a transaction.
    /// </summary>
    private static readonly TimeSpan PollInterval = TimeSpan.FromSeconds(5);

    /// <param name="worker">True when this node runs deployments; an API node only accepts and shows.</param>
    public static IServiceCollection AddQueue(this IServiceCollection services, bool worker)
    {
        services.AddSingleton<QueueSignals>();
        services.AddSingleton<IDeploymentQueue>(provider => provider.GetRequiredService<QueueSignals>());
        services.AddHostedService(provider => provider.GetRequiredService<QueueSignals>());
        services.AddScoped<IDeadLetterRepository, DeadLetterRepository>();
        services.AddScoped<IDeadLetterQueries, DeadLetterQueries>();
        services.AddSingleton<IQueueFigures, QueueFigures>();
        services.AddSingleton<IQueuePlaces, QueuePlaces>();
        services.AddSingleton<DashboardCounts>();
        services.AddSingleton(provider => new WorkerSlots(provider.GetRequiredService<QueueSignals>()));
        // Of this container: left to itself Hangfire takes what the process's last host has set, and another one's jobs with it.
        services.AddSingleton<JobConnections>();
        services.AddSingleton(provider => new WaitingDeployments(
            provider.GetRequiredService<JobConnections>().Database, provider.GetRequiredService<IOptions<QueueOptions>>().Value.QueueName));
        services.AddSingleton<JobStorage>(provider => StorageOn(provider.GetRequiredService<JobConnections>()));
        services.AddSingleton<JobActivator>(provider => new AspNetCoreJobActivator(provider.GetRequiredService<IServiceScopeFactory>()));
        services.AddHangfire(Configure);
        return worker ? services.AddWorker() : services;
    }

    private static IServiceCollection AddWorker(this IServiceCollection services)
    {
        services.AddTransient<RunDeploymentJob>();
        services.AddHangfireServer((provider, server) =>
        {
            var options = provider.GetRequiredService<IOptions<QueueOptions>>().Value;
            server.ServerName = options.NodeName;
            server.WorkerCount = options.MaxConcurrentDeployments;
            server.Queues = [options.QueueName];
            server.SchedulePollingInterval = PollInterval;
            server.CancellationCheckInterval = TimeSpan.FromSeconds(1);
            server.ShutdownTimeout = options.DrainTime + TimeSpan.FromSeconds(10);
        });
        // Apart from the slots, so that neither waits for the other.
        services.AddHangfireServer((provider, server) =>
        {
            server.ServerName = $"{provider.GetRequiredService<IOptions<QueueOptions>>().Value.NodeName}-upkeep";
            server.WorkerCount = 1;
            server.Queues = [UpkeepQueue];
        });
        services.AddSingleton<DeploymentJobs>();
        services.AddHostedService<Dispatcher>();
        services.AddHostedService<Reaper>();
        services.AddHostedService<OverdueReaper>();
        services.AddHostedService<SandboxReaper>();
        services.AddHostedService<LateArchives>();
        services.AddSingleton<FailedJobs>();
        services.AddHostedService<DeadLetterReconciler>();
        return services;
    }

    private static void Configure(IServiceProvider provider, IGlobalConfiguration hangfire)
    {
        hangfire
            .UseSimpleAssemblyNameTypeSerializer()
            .UseRecommendedSerializerSettings()
            .UseLogProvider(new HangfireLog(provider.GetRequiredService<ILoggerFactory>()))
            .UseStorage(provider.GetRequiredService<JobStorage>());
        UseOwnFilters();
    }

    private static PostgreSqlStorage StorageOn(JobConnections connections) => new(
        connections,
        new PostgreSqlStorageOptions
        {
            SchemaName = "hangfire",
            QueuePollInterval = PollInterval,
            UseSlidingInvisibilityTimeout = true,
            InvisibilityTimeout = TimeSpan.FromSeconds(30),
            // A state lock survives kill -9 for this long and blocks the workers that fetch its job; the default is ten minutes.
            DistributedLockTimeout = TimeSpan.FromSeconds(20),
            // How long a start waits for the database is decided once for the service (Host:DatabasePatience). Without the one try again
            // that this asks for, composing the service would fail; as shipped it would wait half a minute of its own.
            StartupConnectionMaxRetries = 1,
            StartupConnectionBaseDelay = TimeSpan.FromMilliseconds(1),
        });

    // Retries are ours, by cause; and a job's culture is not needed, while storing it costs two statements a job.
    private static void UseOwnFilters()
    {
        lock (JobFilterProviders.Providers)
        {
            foreach (var filter in GlobalJobFilters.Filters.ToList())
            {
                if (filter.Instance is AutomaticRetryAttribute or CaptureCultureAttribute or RetryStateFilter)
                    GlobalJobFilters.Filters.Remove(filter.Instance);
            }

            GlobalJobFilters.Filters.Add(new RetryStateFilter());
        }
    }
}
