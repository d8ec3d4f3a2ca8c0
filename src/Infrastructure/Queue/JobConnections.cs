using Hangfire.PostgreSql;
using Libra.Deploy.Infrastructure.Persistence;
using Microsoft.Extensions.Options;
using Npgsql;

namespace Libra.Deploy.Infrastructure.Queue;

/// <summary>
/// Connections for Hangfire and for handing deployments to it. What they write is a copy of what the table of deployments says, and
/// what a crash of PostgreSQL takes out of it the reaper and the reconciler put back: so no commit waits for the disk, of which a
/// job needs about ten.
/// </summary>
internal sealed class JobConnections : IConnectionFactory, IAsyncDisposable
{
    // A slot's fetch and its state change; the rest is for Hangfire's own upkeep and the dashboard.
    private const int PerSlot = 2;
    private const int ForUpkeep = 20;

    public JobConnections(DatabaseAddress address, IOptions<QueueOptions> options) => Database = address.Open(settings =>
    {
        settings.MaxPoolSize = Math.Min(settings.MaxPoolSize, PerSlot * options.Value.MaxConcurrentDeployments + ForUpkeep);
        settings.MinPoolSize = Math.Min(settings.MinPoolSize, settings.MaxPoolSize);
        if (!options.Value.DurableJobs) settings.Options = $"{settings.Options} -c synchronous_commit=off".TrimStart();
    });

    public NpgsqlDataSource Database { get; }

    public NpgsqlConnection GetOrCreateConnection() => Database.CreateConnection();

    public ValueTask DisposeAsync() => Database.DisposeAsync();
}
