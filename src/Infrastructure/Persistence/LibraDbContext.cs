using Libra.Deploy.Domain.Deployments;
using Libra.Deploy.Domain.Projects;
using Microsoft.EntityFrameworkCore;

namespace Libra.Deploy.Infrastructure.Persistence;

/// <summary>Our tables in schema <c>deploy</c>, and the platform's in <c>public</c>, which our migrations leave alone.</summary>
public sealed class LibraDbContext(DbContextOptions<LibraDbContext> options) : DbContext(options)
{
    /// <summary>Schema of our own tables.</summary>
    public const string Schema = "deploy";

    public DbSet<Deployment> Deployments => Set<Deployment>();

    public DbSet<Project> Projects => Set<Project>();

    protected override void OnModelCreating(ModelBuilder modelBuilder)
    {
        modelBuilder.HasDefaultSchema(Schema);
        modelBuilder.ApplyConfigurationsFromAssembly(typeof(LibraDbContext).Assembly);
    }

    protected override void ConfigureConventions(ModelConfigurationBuilder configurationBuilder) =>
        configurationBuilder.Properties<DeploymentId>().HaveConversion<DeploymentIdConverter>().HaveMaxLength(40);
}
