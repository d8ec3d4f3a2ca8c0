using System.Collections.Frozen;

namespace Libra.Deploy.Domain.Quotas;

/// <summary>What each plan gives in a month, in deployments.</summary>
public sealed class PlanAllowances
{
    private const int DeploymentsForEachAiUse = 2;

    private readonly FrozenDictionary<string, int> _deployments;

    /// <param name="aiAllowances">The AI allowance of each plan, by the plan's name; deployments follow from it.</param>
    public PlanAllowances(IEnumerable<KeyValuePair<string, int>> aiAllowances) =>
        _deployments = aiAllowances.ToFrozenDictionary(plan => plan.Key.ToUpperInvariant(), plan => DeploymentsForEachAiUse * plan.Value);

    /// <summary>Deployments by the plan's name in upper case.</summary>
    public IReadOnlyDictionary<string, int> Deployments => _deployments;

    /// <summary>Null for a plan that is not configured: it cannot be refreshed, and what remains of it is used up.</summary>
    public int? DeploymentsOf(string planName) =>
        _deployments.TryGetValue(planName.ToUpperInvariant(), out var allowance) ? allowance : null;
}
