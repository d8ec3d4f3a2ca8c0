using Libra.Deploy.Application.Quotas;
using Libra.Deploy.Domain.Quotas;
using Libra.Deploy.Infrastructure.Persistence;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace Libra.Deploy.Infrastructure.Quotas;

internal sealed class QuotaPlans(LibraDbContext database, IOptions<QuotaOptions> options) : IQuotaPlans
{
    public async Task<OrganizationQuota> FindAsync(string organizationId, CancellationToken cancellationToken)
    {
        var now = (await database.Database.SqlQuery<DateTimeOffset>($"""SELECT now() AS "Value" """).ToListAsync(cancellationToken))[0];
        var plans = await database.Set<QuotaPlan>().AsNoTracking()
            .Where(plan => plan.OrganizationId == organizationId && plan.IsActive)
            .ToListAsync(cancellationToken);
        return new OrganizationQuota(plans, options.Value.Allowances(), now);
    }

    public async Task<long> CountUsedAsync(OrganizationQuota quota, CancellationToken cancellationToken)
    {
        var used = 0L;
        foreach (var plan in quota.Plans) // a handful at most
        {
            var from = plan.CountsFrom(quota.Now);
            used += await database.Set<QuotaCharge>()
                .Where(charge => charge.PlanId == plan.Id && charge.RefundedAt == null && charge.ChargedAt >= from)
                .SumAsync(charge => charge.Amount, cancellationToken);
        }

        return used;
    }

    public async Task SetAsync(PlanLimit limit, CancellationToken cancellationToken)
    {
        await database.HoldAsync(DatabaseLocks.Plans, limit.OrganizationId, cancellationToken);
        if (!await UpdateAsync(limit, cancellationToken)) await InsertAsync(limit, cancellationToken);
    }

    // Of the platform's own rows only the columns that are ours change.
    private async Task<bool> UpdateAsync(PlanLimit limit, CancellationToken cancellationToken) => await database.Database.ExecuteSqlAsync(
        $"""
         UPDATE public.subscription_limit
         SET deploy_limit = {limit.Deployments}, updated_at = now(),
             last_quota_refresh = CASE WHEN billing_interval = 'year' THEN clock_timestamp() ELSE last_quota_refresh END,
             period_end = CASE WHEN plan_id = {QuotaPlan.OperatorsPrice} THEN {limit.PeriodEnd ?? QuotaPlan.Never} ELSE period_end END,
             billing_interval = CASE WHEN plan_id = {QuotaPlan.OperatorsPrice}
                 THEN {limit.BillingInterval} ELSE billing_interval END
         WHERE organization_id = {limit.OrganizationId} AND plan_name = {limit.PlanName} AND is_active
         """,
        cancellationToken) > 0;

    private async Task InsertAsync(PlanLimit limit, CancellationToken cancellationToken) => await database.Database.ExecuteSqlAsync(
        $"""
         INSERT INTO public.subscription_limit (
             id, organization_id, plan_name, plan_id, ai_nums, enhance_nums, upload_limit, deploy_limit,
             is_active, period_start, period_end, last_quota_refresh, billing_interval)
         VALUES (
             {Guid.CreateVersion7().ToString()}, {limit.OrganizationId}, {limit.PlanName}, {QuotaPlan.OperatorsPrice},
             0, 0, 0, {limit.Deployments}, true, now(), {limit.PeriodEnd ?? QuotaPlan.Never}, now(), {limit.BillingInterval})
         """,
        cancellationToken);
}
