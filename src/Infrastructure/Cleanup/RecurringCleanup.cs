using Libra.Deploy.Application.Common;
using Libra.Deploy.Application.Deployments.Cleanup;
using Libra.Deploy.Infrastructure.Upkeep;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Libra.Deploy.Infrastructure.Cleanup;

/// <summary>Cleans up now and then: what all nodes share on whichever worker comes first, and on each its own machine.</summary>
internal sealed class RecurringCleanup(
    IServiceScopeFactory scopes,
    IEnumerable<ILocalLeftovers> leftovers,
    IOptions<CleanupOptions> options,
    TimeProvider clock,
    ILogger<RecurringCleanup> logger)
    : RecurringWork(options.Value.Interval, scopes, clock, logger)
{
    protected override async Task DoAsync(long round, CancellationToken cancellationToken)
    {
        if (!options.Value.Enabled) return;

        var cleaned = await SendAsync(new CleanupDeploymentsCommand(OrganizationFilter.All), cancellationToken);
        if (cleaned.IsError)
        {
            // Another node does what all share.
            foreach (var kind in leftovers) await kind.RemoveAsync(dryRun: false, cancellationToken);
            return;
        }

        if (cleaned.Value is { Deployments: 0, LogObjects: 0, Artifacts: 0, LocalLeftovers: 0 }) return;
        logger.LogInformation(
            "Removed {Deployments} deployments, {LogObjects} log objects, {Artifacts} artifacts and {LocalLeftovers} leftovers here: "
                + "{Bytes} bytes",
            cleaned.Value.Deployments,
            cleaned.Value.LogObjects,
            cleaned.Value.Artifacts,
            cleaned.Value.LocalLeftovers,
            cleaned.Value.Bytes);
    }
}
