using Libra.Deploy.Application.Health;
using Libra.Deploy.Infrastructure.Queue;
using Microsoft.Extensions.Options;
using Npgsql;

namespace Libra.Deploy.Infrastructure.Health;

/// <summary>Looks for a worker, on any node, whose heartbeat is recent.</summary>
internal sealed class WorkersProbe(NpgsqlDataSource database, IOptions<QueueOptions> options) : IDependencyProbe
{
    private const string Alive = $"SELECT count(*)::int FROM hangfire.server WHERE {LivingWorkers.Condition}";

    public string Name => Dependencies.Workers;

    public ProbePace Pace { get; } = new(TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(3))
    {
        FirstChance = TimeSpan.FromSeconds(30), // this node's own worker announces itself after the start
    };

    public async Task<ProbeFinding> ProbeAsync(CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(Alive);
        command.Parameters.AddWithValue(options.Value.QueueName);
        var nodes = (int)(await command.ExecuteScalarAsync(cancellationToken) ?? 0);
        return nodes > 0 ? ProbeFinding.Up($"{nodes} worker node(s) alive.") : ProbeFinding.Down("No worker is alive: deployments wait.");
    }
}
