using Libra.Deploy.Application.Common;
using Libra.Deploy.Application.Deployments;
using Libra.Deploy.Application.Deployments.Artifacts;
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
    private const int PreparedStatements = 200;

    /// <param name="connectionString">Of Npgsql; one data source with one pool serves EF, Hangfire and plain commands.</param>
    public static IServiceCollection AddPersistence(this IServiceCollection services, string connectionString)
    {
        services.AddSingleton(_ => NpgsqlDataSource.Create(Tuned(connectionString)));
        services.AddDbContextPool<LibraDbContext>((provider, options) => Configure(options, provider.GetRequiredService<NpgsqlDataSource>()));
        services.AddScoped<IUnitOfWork, UnitOfWork>();
        services.AddScoped<IDeploymentRepository, DeploymentRepository>();
        services.AddScoped<IProjectRepository, ProjectRepository>();
        services.AddScoped<IDomainClaimRepository, DomainClaimRepository>();
        services.AddScoped<IDeploymentQueries, DeploymentQueries>();
        services.AddScoped<IDeploymentFigures, DeploymentFigureQueries>();
        services.AddScoped<IDeploymentSources, DeploymentSources>();
        services.AddScoped<IBuiltArtifacts, BuiltArtifacts>();
        services.AddScoped<IArtifactLocks, ArtifactLocks>();
        services.AddSingleton<IDeploymentLeases, DeploymentLeases>();
        services.AddSingleton<DatabaseSetup>();
        return services;
    }

    /// <summary>
    /// Statements are prepared once a connection and stay so from use to use. Nothing here leaves state in a session, so resetting it
    /// each time would be a wasted statement. Who says otherwise in the connection string (behind a pooler that shares sessions,
    /// <c>Max Auto Prepare=0</c>) is heard.
    /// </summary>
    internal static string Tuned(string connectionString)
    {
        var settings = new NpgsqlConnectionStringBuilder(connectionString);
        // Not ContainsKey, which is true of every name that Npgsql knows.
        if (!settings.ShouldSerialize("Max Auto Prepare")) settings.MaxAutoPrepare = PreparedStatements;
        if (!settings.ShouldSerialize("No Reset On Close")) settings.NoResetOnClose = true;
        return settings.ConnectionString;
    }

    internal static DbContextOptionsBuilder Configure(DbContextOptionsBuilder options, NpgsqlDataSource database) =>
        options.UseNpgsql(database, Migrations).UseSnakeCaseNamingConvention();

    internal static DbContextOptionsBuilder<LibraDbContext> Configure(DbContextOptionsBuilder<LibraDbContext> options, string connectionString)
    {
        options.UseNpgsql(connectionString, Migrations).UseSnakeCaseNamingConvention();
        return options;
    }

    private static void Migrations(Npgsql.EntityFrameworkCore.PostgreSQL.Infrastructure.NpgsqlDbContextOptionsBuilder npgsql) =>
        npgsql.MigrationsHistoryTable("__migrations", LibraDbContext.Schema);
}
