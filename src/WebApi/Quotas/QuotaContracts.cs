using Libra.Deploy.Application.Quotas;

namespace Libra.Deploy.WebApi.Quotas;

/// <summary>What an organization may still deploy.</summary>
/// <param name="Used">Taken since the present allowances began, refunds left out.</param>
/// <param name="Plans">In the order in which they are charged.</param>
/// <param name="ResetDate">When the first plan gives deployments again.</param>
internal sealed record QuotaResponse(bool Success, int Total, int Used, int Remaining, IReadOnlyList<PlanView> Plans, DateTimeOffset? ResetDate)
{
    public static QuotaResponse For(QuotaView quota) => new(true, quota.Total, quota.Used, quota.Remaining, quota.Plans, quota.ResetDate);
}
