using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace Libra.Deploy.Infrastructure.Persistence;

/// <summary>Brings the database to what this version needs. Safe to repeat and to run on several nodes at once: EF holds a lock.</summary>
public sealed class DatabaseSetup(IServiceScopeFactory scopes, NpgsqlDataSource database)
{
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        await using var scope = scopes.CreateAsyncScope();
        await scope.ServiceProvider.GetRequiredService<LibraDbContext>().Database.MigrateAsync(cancellationToken);
        await PlatformTables.EnsureAsync(database, cancellationToken);
    }

    /// <summary>True when no migration is missing.</summary>
    public async Task<bool> IsCurrentAsync(CancellationToken cancellationToken)
    {
        await using var scope = scopes.CreateAsyncScope();
        var context = scope.ServiceProvider.GetRequiredService<LibraDbContext>();
        return !(await context.Database.GetPendingMigrationsAsync(cancellationToken)).Any();
    }
}
