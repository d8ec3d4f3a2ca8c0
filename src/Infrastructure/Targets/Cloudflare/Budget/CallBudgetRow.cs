using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Libra.Deploy.Infrastructure.Targets.Cloudflare.Budget;

/// <summary>A token bucket that the nodes share: what was left at a moment of the database's clock.</summary>
internal sealed class CallBudgetRow
{
    public required string Name { get; init; }

    public double Tokens { get; init; }

    public DateTimeOffset RefilledAt { get; init; }

    /// <summary>No calls before this moment.</summary>
    public DateTimeOffset BlockedUntil { get; init; }
}

internal sealed class CallBudgetConfiguration : IEntityTypeConfiguration<CallBudgetRow>
{
    public void Configure(EntityTypeBuilder<CallBudgetRow> budget)
    {
        budget.ToTable("call_budgets");
        budget.HasKey(b => b.Name);
        budget.Property(b => b.Name).HasMaxLength(64);
    }
}
