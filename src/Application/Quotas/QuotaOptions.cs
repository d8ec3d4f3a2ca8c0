using Libra.Deploy.Domain.Quotas;

namespace Libra.Deploy.Application.Quotas;

/// <summary>What the plans give; the platform's table holds only what remains of it.</summary>
public sealed class QuotaOptions
{
    /// <summary>The monthly AI allowance of each plan, by its name; an annual plan that is missing here is never refreshed.</summary>
    public IDictionary<string, int> Plans { get; } = new Dictionary<string, int>(StringComparer.OrdinalIgnoreCase);

    /// <summary>The allowances in deployments.</summary>
    public PlanAllowances Allowances() => new(Plans);
}
