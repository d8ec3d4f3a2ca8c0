using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Libra.Deploy.Infrastructure.Cleanup;

/// <summary>
/// An artifact whose deployment was removed or took up another: the memory of what may have to go, which a kill between row and object
/// does not lose.
/// </summary>
internal sealed class ReleasedArtifactRow
{
    public required string Digest { get; init; }

    public required string ProjectId { get; init; }

    public long Size { get; init; }

    public DateTimeOffset ReleasedAt { get; init; }
}

internal sealed class ReleasedArtifactConfiguration : IEntityTypeConfiguration<ReleasedArtifactRow>
{
    public void Configure(EntityTypeBuilder<ReleasedArtifactRow> artifact)
    {
        artifact.ToTable("released_artifacts");
        artifact.HasKey(a => a.Digest);
        artifact.Property(a => a.Digest).HasMaxLength(64);
    }
}
