using Libra.Deploy.Application.Common;
using Libra.Deploy.Application.Health;
using Libra.Deploy.Application.Queue;
using Libra.Deploy.Application.Telemetry;
using Libra.Deploy.Infrastructure.Upkeep;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Libra.Deploy.Infrastructure.Health;

/// <summary>
/// Reads what no event tells, the depth of the queue and which dependencies answer, so that a scrape never waits for a database.
/// </summary>
internal sealed class Measurements(IQueueFigures queue, IServiceScopeFactory scopes, TimeProvider clock, ILogger<Measurements> logger)
    : RecurringWork(Pause, scopes, clock, logger)
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(5);

    protected override async Task DoAsync(long round, CancellationToken cancellationToken)
    {
        var health = await SendAsync(new GetHealthQuery(HealthDepth.Detailed), cancellationToken);
        DeploymentMetrics.DependenciesAre([.. health.Value.Dependencies.Select(dependency => (dependency.Name, dependency.Healthy))]);
        DeploymentMetrics.QueueIs(health.Value.Alive ? await ReadQueueAsync(cancellationToken) : null);
    }

    private async Task<QueueReading?> ReadQueueAsync(CancellationToken cancellationToken)
    {
        try
        {
            var status = await queue.ReadAsync(OrganizationFilter.All, cancellationToken);
            return new QueueReading(status.Enqueued, status.DeadLetters.Count);
        }
        catch (NpgsqlException)
        {
            return null; // the database went since it was looked at; the gap in the figures and the dependency's own say so
        }
    }
}
