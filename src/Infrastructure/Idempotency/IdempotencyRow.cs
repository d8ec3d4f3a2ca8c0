using Libra.Deploy.Application.Idempotency;
using Libra.Deploy.Domain.Common;
using Libra.Deploy.Domain.Deployments;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Libra.Deploy.Infrastructure.Idempotency;

/// <summary>A key and what it started. The answer itself is not kept: it follows from the deployment's id and time of acceptance.</summary>
internal sealed class IdempotencyRow
{
    public required string OrganizationId { get; init; }

    public required string Operation { get; init; }

    public required string Key { get; init; }

    public required byte[] RequestDigest { get; init; }

    public DateTimeOffset CreatedAt { get; init; }

    /// <summary>Null only inside the transaction that claimed the key.</summary>
    public DeploymentId? DeploymentId { get; set; }

    public DateTimeOffset? AcceptedAt { get; set; }
}

internal sealed class IdempotencyRowConfiguration : IEntityTypeConfiguration<IdempotencyRow>
{
    public void Configure(EntityTypeBuilder<IdempotencyRow> row)
    {
        row.ToTable("idempotency_keys");
        row.HasKey(r => new { r.OrganizationId, r.Operation, r.Key });
        row.Property(r => r.OrganizationId).HasMaxLength(FieldLimits.LongestId);
        row.Property(r => r.Operation).HasMaxLength(64);
        row.Property(r => r.Key).HasMaxLength(IdempotencyKey.MaxLength);
        row.HasIndex(r => r.CreatedAt);
    }
}
