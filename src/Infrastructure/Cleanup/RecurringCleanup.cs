using Libra.Deploy.Application.Common;
using Libra.Deploy.Application.Deployments.Cleanup;
using MediatR;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Npgsql;

namespace Libra.Deploy.Infrastructure.Cleanup;

/// <summary>Cleans up now and then: what all nodes share on whichever worker comes first, and on each its own machine.</summary>
internal sealed class RecurringCleanup(
    IServiceScopeFactory scopes,
    IEnumerable<ILocalLeftovers> leftovers,
    IOptions<CleanupOptions> options,
    TimeProvider clock,
    ILogger<RecurringCleanup> logger)
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
        if (cleaned.IsError)
        {
            // Another node does what all share.
            foreach (var kind in leftovers) await kind.RemoveAsync(dryRun: false, cancellationToken);
            return;
        }

        if (cleaned.Value is { Deployments: 0, LogObjects: 0, Artifacts: 0, LocalLeftovers: 0 }) return;
        logger.LogInformation(
            "Removed {Deployments} deployments, {LogObjects} log objects, {Artifacts} artifacts and {LocalLeftovers} leftovers here: {Bytes} bytes",
            cleaned.Value.Deployments,
            cleaned.Value.LogObjects,
            cleaned.Value.Artifacts,
            cleaned.Value.LocalLeftovers,
            cleaned.Value.Bytes);
    }
}
