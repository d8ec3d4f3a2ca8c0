using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Libra.Deploy.Infrastructure.RateLimits;

/// <summary>Requests of one caller for one project since the window began.</summary>
internal sealed class RateLimitWindow
{
    /// <summary>
    /// Digest of organization, caller and project: what a caller sends is of any length and may hold what PostgreSQL takes in no text.
    /// </summary>
    public required byte[] Key { get; init; }

    public int Requests { get; init; }

    public DateTimeOffset EndsAt { get; init; }
}

internal sealed class RateLimitWindowConfiguration : IEntityTypeConfiguration<RateLimitWindow>
{
    public void Configure(EntityTypeBuilder<RateLimitWindow> window)
    {
        // Not worth the write-ahead log: after a crash everybody begins a new window. Half-full pages and no index but the key let
        // a row be counted up in place.
        window.ToTable("rate_limits");
        window.IsUnlogged();
        window.HasStorageParameter("fillfactor", 50);
        window.HasKey(w => w.Key);
    }
}
