using Libra.Deploy.Domain.Quotas;

namespace Libra.Deploy.Application.Quotas;

/// <summary>Reads the plans of an organization, and sets them where no platform does.</summary>
public interface IQuotaPlans
{
    /// <summary>The organization's plans as of the database's clock; without plans when it has none or does not exist.</summary>
    Task<OrganizationQuota> FindAsync(string organizationId, CancellationToken cancellationToken);

    /// <summary>Deployments taken from the plans since their present allowances began, refunded ones left out.</summary>
    Task<long> CountUsedAsync(OrganizationQuota quota, CancellationToken cancellationToken);

    /// <summary>
    /// Sets what remains of the organization's active plan of that name, and begins the month of an annual one anew. Without such a
    /// plan it makes one that begins now; only of those that it made itself does it change the period as well.
    /// </summary>
    Task SetAsync(PlanLimit limit, CancellationToken cancellationToken);
}

/// <summary>What an operator gives to an organization.</summary>
/// <param name="PeriodEnd">Null means that the plan does not end; the platform's own plans keep their end.</param>
public sealed record PlanLimit(string OrganizationId, string PlanName, int Deployments, string BillingInterval, DateTimeOffset? PeriodEnd);
