using System.Text.Json;
using Libra.Deploy.Domain.Projects;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.ChangeTracking;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Libra.Deploy.Infrastructure.Projects;

/// <summary>Our table beside the platform's column: who holds which custom domain, and what is still to be taken away.</summary>
internal sealed class DomainClaimConfiguration : IEntityTypeConfiguration<DomainClaim>
{
    /// <summary>Refuses a second holder of a domain, whatever the code above forgot.</summary>
    public const string OneHolderIndex = "ux_custom_domains_one_holder";

    public void Configure(EntityTypeBuilder<DomainClaim> claim)
    {
        claim.ToTable("custom_domains");
        claim.HasKey(c => new { c.Domain, c.ProjectId });
        claim.Property(c => c.Domain).HasMaxLength(253);
        claim.Property(c => c.Progress).HasConversion<string>().HasMaxLength(16);
        claim.Property(c => c.Records).HasColumnType("jsonb").HasConversion(
            records => JsonSerializer.Serialize(records, JsonSerializerOptions.Web),
            json => JsonSerializer.Deserialize<List<VerificationRecord>>(json, JsonSerializerOptions.Web) ?? new List<VerificationRecord>(),
            new ValueComparer<IReadOnlyList<VerificationRecord>>(
                (one, other) => one!.SequenceEqual(other!), records => records.Count, records => records));
        claim.HasIndex(c => c.Domain).IsUnique().HasFilter("released_at IS NULL").HasDatabaseName(OneHolderIndex);
        claim.HasIndex(c => c.NextCheckAt);
    }
}
