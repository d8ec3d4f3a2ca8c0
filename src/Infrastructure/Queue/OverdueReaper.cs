using Libra.Deploy.Application.Deployments;
using Libra.Deploy.Domain.Deployments;
using Libra.Deploy.Infrastructure.Upkeep;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Libra.Deploy.Infrastructure.Queue;

/// <summary>
/// Ends deployments that are past their time and that no worker holds, on every node. An end is written to the platform's project as
/// well: one whose row somebody holds keeps its deployment waiting, and no other.
/// </summary>
internal sealed class OverdueReaper(
    WaitingDeployments waiting,
    IServiceScopeFactory scopes,
    IOptions<QueueOptions> options,
    TimeProvider clock,
    ILogger<OverdueReaper> logger) : RecurringWork(options.Value.ReapInterval, scopes, clock, logger)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    protected override async Task DoAsync(long round, CancellationToken cancellationToken)
    {
        foreach (var id in await waiting.FindOverdueAsync(Clock.GetUtcNow(), cancellationToken)) await EndAsync(id, cancellationToken);
    }

    private async Task EndAsync(DeploymentId id, CancellationToken cancellationToken)
    {
        using var late = new CancellationTokenSource(Patience, Clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(late.Token, cancellationToken);
        try
        {
            var ended = await SendAsync(new AbandonOverdueDeploymentCommand(id), either.Token);
            if (!ended.IsError) logger.LogWarning("Deployment {DeploymentId} was past its time and has been ended", id);
        }
        catch (Exception failure) when (!cancellationToken.IsCancellationRequested)
        {
            logger.LogWarning(failure, "Deployment {DeploymentId} is past its time and could not be ended yet", id);
        }
    }
}
