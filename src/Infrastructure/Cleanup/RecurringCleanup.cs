using Libra.Deploy.Application.Common;
using Libra.Deploy.Application.Deployments.Cleanup;
using MediatR;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Npgsql;

namespace Libra.Deploy.Infrastructure.Cleanup;

/// <summary>Cleans up now and then, on whichever worker node comes first.</summary>
internal sealed class RecurringCleanup(IServiceScopeFactory scopes, IOptions<CleanupOptions> options, TimeProvider clock, ILogger<RecurringCleanup> logger)
    : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (!options.Value.Enabled) return;

        using var timer = new PeriodicTimer(options.Value.Interval, clock);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                await CleanAsync(stoppingToken);
            }
            catch (Exception failure) when (failure is NpgsqlException or IOException)
            {
                logger.LogWarning(failure, "Cleaning up failed; the next run goes on where this one stopped");
            }
        }
    }

    private async Task CleanAsync(CancellationToken cancellationToken)
    {
        await using var scope = scopes.CreateAsyncScope();
        var cleaned = await scope.ServiceProvider.GetRequiredService<IMediator>().Send(new CleanupDeploymentsCommand(OrganizationFilter.All), cancellationToken);
        if (cleaned.IsError || cleaned.Value.Deployments + cleaned.Value.Artifacts == 0) return;

        logger.LogInformation(
            "Removed {Deployments} old deployments, {LogObjects} log objects and {Artifacts} artifacts: {Bytes} bytes",
            cleaned.Value.Deployments, cleaned.Value.LogObjects, cleaned.Value.Artifacts, cleaned.Value.Bytes);
    }
}
