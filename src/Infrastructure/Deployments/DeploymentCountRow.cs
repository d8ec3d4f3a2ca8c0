using Libra.Deploy.Domain.Deployments;
using Libra.Deploy.Infrastructure.Persistence;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Libra.Deploy.Infrastructure.Deployments;

/// <summary>How many deployments of an organization ended in a status, since the beginning: outlives the deployments themselves.</summary>
internal sealed class DeploymentCountRow
{
    public required string OrganizationId { get; init; }

    public DeploymentStatus Status { get; init; }

    public long Count { get; init; }
}

internal sealed class DeploymentCountConfiguration : IEntityTypeConfiguration<DeploymentCountRow>
{
    public void Configure(EntityTypeBuilder<DeploymentCountRow> count)
    {
        // One row an organization and status: those who end at the same moment wait for each other only within an organization.
        // Half-full pages let the row be counted up in place.
        count.ToTable("deployment_counts");
        count.HasStorageParameter("fillfactor", 50);
        count.HasKey(c => new { c.OrganizationId, c.Status });
        count.Property(c => c.Status).HasConversion<StatusConverter>().HasMaxLength(20);
    }
}
