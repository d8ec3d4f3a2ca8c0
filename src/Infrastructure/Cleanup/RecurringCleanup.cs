using ErrorOr;
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

        ErrorOr<CleanupReport> cleaned;
        try
        {
            cleaned = await SendAsync(new CleanupDeploymentsCommand(OrganizationFilter.All), cancellationToken);
        }
        catch (IOException)
        {
            await RemoveLeftoversAsync(cancellationToken); // the object store is away, and this machine's disk fills all the same
            throw;
        }

        if (cleaned.IsError) await RemoveLeftoversAsync(cancellationToken); // another node does what all share
        else Tell(cleaned.Value);
    }

    private async Task RemoveLeftoversAsync(CancellationToken cancellationToken)
    {
        foreach (var kind in leftovers) await kind.RemoveAsync(dryRun: false, cancellationToken);
    }

    private void Tell(CleanupReport report)
    {
        if (report is { Deployments: 0, LogObjects: 0, Artifacts: 0, LocalLeftovers: 0 }) return;
        logger.LogInformation(
            "Removed {Deployments} deployments, {LogObjects} log objects, {Artifacts} artifacts and {LocalLeftovers} leftovers here: "
                + "{Bytes} bytes",
            report.Deployments,
            report.LogObjects,
            report.Artifacts,
            report.LocalLeftovers,
            report.Bytes);
    }
}
