using Libra.Deploy.Application.Health;
using Libra.Deploy.Infrastructure.Persistence;

namespace Libra.Deploy.Infrastructure.Health;

/// <summary>Compares the database with the migrations of this version.</summary>
internal sealed class MigrationsProbe(DatabaseSetup setup) : IDependencyProbe
{
    public string Name => Dependencies.Migrations;

    public ProbePace Pace { get; } = new(TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(5));

    public async Task<ProbeFinding> ProbeAsync(CancellationToken cancellationToken) => await setup.IsCurrentAsync(cancellationToken)
        ? ProbeFinding.Up("Every migration is applied.")
        : ProbeFinding.Down("The database lacks migrations of this version.");
}
