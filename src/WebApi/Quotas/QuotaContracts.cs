using System.ComponentModel.DataAnnotations;
using Libra.Deploy.Application.Quotas;

namespace Libra.Deploy.WebApi.Quotas;

/// <summary>What an organization may still deploy.</summary>
/// <param name="Used">Taken since the present allowances began, refunds left out.</param>
/// <param name="Plans">In the order in which they are charged.</param>
/// <param name="ResetDate">When the first plan gives deployments again; missing when none does by itself.</param>
internal sealed record QuotaResponse(
    bool Success, long Total, long Used, long Remaining, IReadOnlyList<PlanView> Plans, DateTimeOffset? ResetDate)
{
    public static QuotaResponse For(QuotaView quota) => new(true, quota.Total, quota.Used, quota.Remaining, quota.Plans, quota.ResetDate);
}

/// <summary>The body of <c>PUT /organizations/{orgId}/limits</c>, for its description.</summary>
/// <param name="DeployLimit">What remains from now on.</param>
/// <param name="PlanName">The plan; <c>FREE</c> when it is missing.</param>
/// <param name="BillingInterval">
/// <c>month</c>, or <c>year</c> for a paid plan that <c>Quotas:Plans</c> refills each month.
/// </param>
/// <param name="PeriodEnd">When a plan that was made here ends; it does not end when this is missing.</param>
internal sealed record LimitsBody(
    [property: Range(0, 1_000_000_000)] int DeployLimit,
    [property: MaxLength(100)] string? PlanName = null,
    [property: AllowedValues("month", "year")] string? BillingInterval = null,
    DateTimeOffset? PeriodEnd = null);
