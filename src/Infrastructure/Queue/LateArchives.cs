using Libra.Deploy.Application.Deployments.Archive;
using Libra.Deploy.Infrastructure.Upkeep;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Libra.Deploy.Infrastructure.Queue;

/// <summary>Seals the logs of deployments that ended without a worker to do so, on every node.</summary>
internal sealed class LateArchives(
    IServiceScopeFactory scopes, IOptions<QueueOptions> options, TimeProvider clock, ILogger<LateArchives> logger)
    : RecurringWork(options.Value.ReapInterval, scopes, clock, logger)
{
    private const int RoundsBetweenOthers = 5; // they are a minute late already

    protected override Task DoAsync(long round, CancellationToken cancellationToken) =>
        SendAsync(new ArchiveLeftDeploymentsCommand(OfOthers: round % RoundsBetweenOthers == 0), cancellationToken);
}
