using Libra.Deploy.Domain.Quotas;

namespace Libra.Deploy.Application.Quotas;

/// <summary>Reads the plans of an organization, and sets them where no platform does.</summary>
public interface IQuotaPlans
{
    /// <summary>The organization's plans as of the database's clock; without plans when it has none or does not exist.</summary>
    Task<OrganizationQuota> FindAsync(string organizationId, CancellationToken cancellationToken);

    /// <summary>Deployments taken from the plans since their present allowances began, refunded ones left out.</summary>
    Task<int> CountUsedAsync(OrganizationQuota quota, CancellationToken cancellationToken);

    /// <summary>Sets what remains of the organization's active plan of that name, and begins an annual one's month anew; false when it has none.</summary>
    Task<bool> SetRemainingAsync(string organizationId, string planName, int remaining, CancellationToken cancellationToken);

    /// <summary>Gives the organization a plan that begins now.</summary>
    /// <param name="periodEnd">Null means one billing interval from now.</param>
    Task AddAsync(string organizationId, string planName, int remaining, string billingInterval, DateTimeOffset? periodEnd, CancellationToken cancellationToken);
}
