using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace Libra.Deploy.Infrastructure.Persistence;

/// <summary>Brings the database to what this version needs. Safe to repeat and to run on several nodes at once: EF holds a lock.</summary>
public sealed class DatabaseSetup(IServiceScopeFactory scopes, NpgsqlDataSource database)
{
    /// <exception cref="TablesOfAnotherVersionException">
    /// No migration leads from the tables that are there to those of this version.
    /// </exception>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        await using var scope = scopes.CreateAsyncScope();
        var context = scope.ServiceProvider.GetRequiredService<LibraDbContext>();
        await CheckOriginAsync(context.Database, cancellationToken);
        await context.Database.MigrateAsync(cancellationToken);
        await PlatformTables.EnsureAsync(database, cancellationToken);
    }

    /// <summary>True when no migration is missing.</summary>
    public async Task<bool> IsCurrentAsync(CancellationToken cancellationToken)
    {
        await using var scope = scopes.CreateAsyncScope();
        var context = scope.ServiceProvider.GetRequiredService<LibraDbContext>();
        return !(await context.Database.GetPendingMigrationsAsync(cancellationToken)).Any();
    }

    // Unknown migrations alone are those of a newer version, on whose tables this one still works while nodes are replaced. When
    // some of this version's are missing as well, the tables come from elsewhere, and the first migration would fail half-way.
    private static async Task CheckOriginAsync(DatabaseFacade tables, CancellationToken cancellationToken)
    {
        var known = tables.GetMigrations().ToList();
        var applied = (await tables.GetAppliedMigrationsAsync(cancellationToken)).ToList();
        if (applied.Except(known).Any() && known.Except(applied).Any()) throw new TablesOfAnotherVersionException();
    }
}

/// <summary>The database has tables of the service, but of a version from which no migration leads to this one.</summary>
public sealed class TablesOfAnotherVersionException()
    : InvalidOperationException("its tables are of another version of the service, from which no migration leads to this one");
