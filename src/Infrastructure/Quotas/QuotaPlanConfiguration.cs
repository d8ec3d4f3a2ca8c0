using Libra.Deploy.Domain.Quotas;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Libra.Deploy.Infrastructure.Quotas;

/// <summary>The platform's table, mapped by hand, never migrated by us, and read only through EF.</summary>
internal sealed class QuotaPlanConfiguration : IEntityTypeConfiguration<QuotaPlan>
{
    public void Configure(EntityTypeBuilder<QuotaPlan> plan)
    {
        plan.ToTable("subscription_limit", "public", table => table.ExcludeFromMigrations());
        plan.HasKey(p => p.Id);
        plan.Property(p => p.Name).HasColumnName("plan_name");
        plan.Property(p => p.PriceId).HasColumnName("plan_id");
        plan.Property(p => p.Remaining).HasColumnName("deploy_limit");
        plan.Property(p => p.LastRefresh).HasColumnName("last_quota_refresh");
    }
}
