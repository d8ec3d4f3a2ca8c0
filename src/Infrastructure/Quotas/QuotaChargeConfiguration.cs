using Libra.Deploy.Domain.Quotas;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Libra.Deploy.Infrastructure.Quotas;

internal sealed class QuotaChargeConfiguration : IEntityTypeConfiguration<QuotaCharge>
{
    public void Configure(EntityTypeBuilder<QuotaCharge> charge)
    {
        charge.ToTable("quota_charges", table => table.HasCheckConstraint("ck_quota_charges_amount", "amount > 0"));

        // The key is what makes a second charge of the same deployment impossible. No foreign key to the deployment: the charge
        // is written before it in the same transaction, and stays in the books when old deployments are cleaned up.
        charge.HasKey(c => c.DeploymentId);
        charge.Property(c => c.DeploymentId).HasMaxLength(40);
        charge.Property(c => c.TransferredFrom).HasMaxLength(40);
        charge.HasIndex(c => new { c.PlanId, c.ChargedAt }).HasFilter("refunded_at IS NULL").HasDatabaseName("ix_quota_charges_standing");
    }
}
