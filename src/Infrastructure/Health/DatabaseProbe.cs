using Libra.Deploy.Application.Health;
using Npgsql;

namespace Libra.Deploy.Infrastructure.Health;

/// <summary>Reads a row of ours, as every request does.</summary>
internal sealed class DatabaseProbe(NpgsqlDataSource database) : IDependencyProbe
{
    public string Name => Dependencies.Database;

    // Limit and freshness together stay under the two seconds within which an outage must show.
    public ProbePace Pace { get; } = new(TimeSpan.FromSeconds(1), TimeSpan.FromMilliseconds(500));

    public async Task<ProbeFinding> ProbeAsync(CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand("SELECT EXISTS (SELECT 1 FROM deploy.deployments)");
        await command.ExecuteScalarAsync(cancellationToken);
        return ProbeFinding.Up("The database answers.");
    }
}
