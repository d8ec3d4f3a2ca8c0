using Libra.Deploy.Application.Common;
using Libra.Deploy.Infrastructure.Deployments;
using Libra.Deploy.Infrastructure.Projects;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace Libra.Deploy.Infrastructure.Persistence;

/// <summary>Registers PostgreSQL, and the deployments and projects in it, which every module needs.</summary>
public static class PersistenceRegistration
{
    /// <param name="connectionString">Of Npgsql; one pool serves EF and plain commands, another one Hangfire.</param>
    public static IServiceCollection AddPersistence(this IServiceCollection services, string connectionString)
    {
        var address = new DatabaseAddress(connectionString);
        services.AddSingleton(address);
        services.AddSingleton(_ => address.Open());
        services.AddDbContextPool<LibraDbContext>(
            (provider, options) => Configure(options, provider.GetRequiredService<NpgsqlDataSource>()));
        services.AddScoped<PendingStatements>();
        services.AddScoped<IUnitOfWork, UnitOfWork>();
        services.AddSingleton<DatabaseSetup>();
        return services.AddStoredDeployments().AddStoredProjects();
    }

    internal static DbContextOptionsBuilder Configure(DbContextOptionsBuilder options, NpgsqlDataSource database) =>
        options.UseNpgsql(database, Migrations).UseSnakeCaseNamingConvention();

    internal static DbContextOptionsBuilder<LibraDbContext> Configure(
        DbContextOptionsBuilder<LibraDbContext> options, string connectionString)
    {
        options.UseNpgsql(connectionString, Migrations).UseSnakeCaseNamingConvention();
        return options;
    }

    private static void Migrations(Npgsql.EntityFrameworkCore.PostgreSQL.Infrastructure.NpgsqlDbContextOptionsBuilder npgsql) =>
        npgsql.MigrationsHistoryTable("__migrations", LibraDbContext.Schema);
}
