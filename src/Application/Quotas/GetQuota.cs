using ErrorOr;
using Libra.Deploy.Application.Common;
using Libra.Deploy.Domain.Quotas;
using MediatR;

namespace Libra.Deploy.Application.Quotas;

/// <summary>What an organization may still deploy; one without a plan may deploy nothing.</summary>
public sealed record GetQuotaQuery(OrganizationFilter Caller, string OrganizationId) : IRequest<ErrorOr<QuotaView>>;

/// <summary>A quota as clients see it.</summary>
/// <param name="Used">Taken since the present allowances began, refunds left out.</param>
/// <param name="ResetDate">When the first plan gives deployments again; null when none does by itself.</param>
public sealed record QuotaView(long Used, long Remaining, IReadOnlyList<PlanView> Plans, DateTimeOffset? ResetDate)
{
    public long Total => Used + Remaining;

    internal static QuotaView Of(OrganizationQuota quota, long used) => new(
        used,
        quota.Remaining,
        [.. quota.Plans.Select(plan => new PlanView(plan.Name, quota.RemainingOf(plan), plan.PeriodEnd, plan.BillingInterval ?? "month"))],
        quota.ResetDate);
}

/// <summary>One plan; the first of them that has something left is charged next.</summary>
/// <param name="PeriodEnd">31 December 9999 for a plan that does not end.</param>
public sealed record PlanView(string PlanName, int Remaining, DateTimeOffset PeriodEnd, string BillingInterval);

internal sealed class GetQuotaHandler(IQuotaPlans plans) : IRequestHandler<GetQuotaQuery, ErrorOr<QuotaView>>
{
    public async Task<ErrorOr<QuotaView>> Handle(GetQuotaQuery query, CancellationToken cancellationToken)
    {
        if (!query.Caller.Allows(query.OrganizationId)) return QuotaErrors.OrganizationNotFound(query.OrganizationId);

        var quota = await plans.FindAsync(query.OrganizationId, cancellationToken);
        return QuotaView.Of(quota, await plans.CountUsedAsync(quota, cancellationToken));
    }
}
