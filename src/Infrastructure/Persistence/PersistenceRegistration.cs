using Libra.Deploy.Application.Common;
using Libra.Deploy.Application.Deployments;
using Libra.Deploy.Application.Deployments.Archive;
using Libra.Deploy.Application.Deployments.Artifacts;
using Libra.Deploy.Application.Deployments.Figures;
using Libra.Deploy.Application.Deployments.Pipeline;
using Libra.Deploy.Domain.Deployments;
using Libra.Deploy.Domain.Projects;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace Libra.Deploy.Infrastructure.Persistence;

/// <summary>Registers PostgreSQL and what is stored in it.</summary>
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
        services.AddScoped<IDeploymentRepository, DeploymentRepository>();
        services.AddScoped<IProjectRepository, ProjectRepository>();
        services.AddScoped<IDeployableProjects, DeployableProjects>();
        services.AddScoped<IDomainClaimRepository, DomainClaimRepository>();
        services.AddScoped<IDeploymentQueries, DeploymentQueries>();
        services.AddScoped<IDeploymentFigures, DeploymentFigureQueries>();
        services.AddScoped<IDeploymentSources, DeploymentSources>();
        services.AddScoped<IBuiltArtifacts, BuiltArtifacts>();
        services.AddScoped<IArtifactLocks, ArtifactLocks>();
        services.AddSingleton<IDeploymentLeases, DeploymentLeases>();
        services.AddSingleton<IArchivedDeployments, ArchivedDeployments>();
        services.AddSingleton<DatabaseSetup>();
        return services;
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
