using Libra.Deploy.Application.Health;
using Libra.Deploy.Application.Queue;
using Libra.Deploy.Application.Telemetry;
using MediatR;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Npgsql;

namespace Libra.Deploy.Infrastructure.Health;

/// <summary>Reads what no event tells, the depth of the queue and which dependencies answer, so that a scrape never waits for a database.</summary>
internal sealed class Measurements(IServiceScopeFactory scopes, TimeProvider clock) : BackgroundService
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(5);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Pause, clock);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            await using var scope = scopes.CreateAsyncScope();
            var health = await scope.ServiceProvider.GetRequiredService<IMediator>().Send(new GetHealthQuery(HealthDepth.Detailed), stoppingToken);
            DeploymentMetrics.DependenciesAre([.. health.Value.Dependencies.Select(dependency => (dependency.Name, dependency.Healthy))]);
            DeploymentMetrics.QueueIs(health.Value.Alive ? await ReadQueueAsync(scope.ServiceProvider, stoppingToken) : null);
        }
    }

    private static async Task<QueueReading?> ReadQueueAsync(IServiceProvider services, CancellationToken cancellationToken)
    {
        try
        {
            var status = await services.GetRequiredService<IQueueFigures>().ReadAsync(cancellationToken);
            return new QueueReading(status.Enqueued, status.DeadLetters.Count);
        }
        catch (NpgsqlException)
        {
            return null; // the database went since it was looked at; the gap in the figures and the dependency's own say so
        }
    }
}
