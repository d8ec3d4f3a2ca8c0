using Libra.Deploy.Domain.Projects;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Libra.Deploy.Infrastructure.Projects;

/// <summary>The platform's table, mapped by hand and never migrated by us.</summary>
internal sealed class ProjectConfiguration : IEntityTypeConfiguration<Project>
{
    public void Configure(EntityTypeBuilder<Project> project)
    {
        project.ToTable("project", "public", table => table.ExcludeFromMigrations());
        project.HasKey(p => p.Id);
        project.Ignore(p => p.Worker);
    }
}
