namespace Libra.Deploy.Domain.Quotas;

/// <summary>What an organization may still deploy at one moment, and from which plan it is taken.</summary>
public sealed class OrganizationQuota
{
    private readonly PlanAllowances _allowances;

    /// <param name="now">By the database's clock, which alone decides about periods.</param>
    public OrganizationQuota(IEnumerable<QuotaPlan> plans, PlanAllowances allowances, DateTimeOffset now)
    {
        (_allowances, Now) = (allowances, now);
        var active = plans.Where(plan => plan.IsActive).ToList();
        Plans =
        [
            .. active.Where(plan => plan.IsUsable(now))
                .OrderBy(Turn).ThenBy(plan => plan.PeriodEnd).ThenBy(plan => plan.Id, StringComparer.Ordinal),
        ];
        if (Plans.Count == 0 && active.MaxBy(plan => plan.PeriodEnd) is { IsOperators: true } ended) Ended = ended;
    }

    public DateTimeOffset Now { get; }

    /// <summary>The plans that can be charged, in the order in which they are.</summary>
    public IReadOnlyList<QuotaPlan> Plans { get; }

    /// <summary>
    /// The operator's plan whose end is why nothing can be deployed; null while there is a plan, and where the platform, which renews
    /// its own, has the last one.
    /// </summary>
    public QuotaPlan? Ended { get; }

    /// <summary>The plan that the next deployment is taken from; null when none has one left.</summary>
    /// <remarks>The rule; the charge itself is one statement (QuotaCharges), which PlanChoiceTests hold to it.</remarks>
    public QuotaPlan? NextToCharge => Plans.FirstOrDefault(plan => RemainingOf(plan) > 0);

    /// <summary>Over all plans; a platform may write the largest number there is for "without limit" into several.</summary>
    public long Remaining => Plans.Sum(plan => (long)RemainingOf(plan));

    /// <summary>When the first plan gives deployments again; null when none does by itself.</summary>
    public DateTimeOffset? ResetDate => Plans.Min(ResetOf);

    /// <summary>What the next deployment finds in the plan: a refresh that is due counts as done.</summary>
    public int RemainingOf(QuotaPlan plan)
    {
        ArgumentNullException.ThrowIfNull(plan);
        var refill = plan.IsRefreshDue(Now) ? _allowances.DeploymentsOf(plan.Name) : null;
        return Math.Max(0, refill ?? plan.Remaining);
    }

    private DateTimeOffset? ResetOf(QuotaPlan plan)
    {
        var refilled = plan.IsAnnual && _allowances.DeploymentsOf(plan.Name) is not null;
        return plan.NeverEnds && !refilled ? null : plan.ResetsAt(Now);
    }

    private static int Turn(QuotaPlan plan) => plan.IsAnnual ? 0 : plan.IsFree ? 1 : 2;
}
