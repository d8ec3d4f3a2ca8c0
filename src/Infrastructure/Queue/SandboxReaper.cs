using Libra.Deploy.Application.Deployments.Pipeline;
using Libra.Deploy.Infrastructure.Upkeep;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Libra.Deploy.Infrastructure.Queue;

/// <summary>Removes sandboxes that nobody owns, on every node.</summary>
internal sealed class SandboxReaper(
    WaitingDeployments waiting,
    ISandboxProvider sandboxes,
    IServiceScopeFactory scopes,
    IOptions<QueueOptions> options,
    TimeProvider clock,
    ILogger<SandboxReaper> logger) : RecurringWork(options.Value.ReapInterval, scopes, clock, logger)
{
    private const int RoundsBetween = 15;

    protected override async Task DoAsync(long round, CancellationToken cancellationToken)
    {
        if (round % RoundsBetween != 0) return;

        var active = await waiting.FindActiveAsync(cancellationToken);
        var removed = await sandboxes.ReapAsync(active.ToHashSet(), cancellationToken);
        if (removed > 0) logger.LogWarning("{Count} sandboxes of dead workers were removed", removed);
    }
}
