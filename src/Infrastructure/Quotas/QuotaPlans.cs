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

    public async Task<int> CountUsedAsync(OrganizationQuota quota, CancellationToken cancellationToken)
    {
        var used = 0;
        foreach (var plan in quota.Plans) // a handful at most
        {
            var from = plan.CountsFrom(quota.Now);
            used += await database.Set<QuotaCharge>()
                .Where(charge => charge.PlanId == plan.Id && charge.RefundedAt == null && charge.ChargedAt >= from)
                .SumAsync(charge => charge.Amount, cancellationToken);
        }

        return used;
    }

    public async Task<bool> SetRemainingAsync(string organizationId, string planName, int remaining, CancellationToken cancellationToken) =>
        await database.Database.ExecuteSqlAsync(
            $"""
             UPDATE public.subscription_limit
             SET deploy_limit = {remaining}, updated_at = now(),
                 last_quota_refresh = CASE WHEN billing_interval = 'year' THEN now() ELSE last_quota_refresh END
             WHERE organization_id = {organizationId} AND plan_name = {planName} AND is_active
             """,
            cancellationToken) > 0;

    public Task AddAsync(
        string organizationId, string planName, int remaining, string billingInterval, DateTimeOffset? periodEnd, CancellationToken cancellationToken) =>
        database.Database.ExecuteSqlAsync(
            $"""
             INSERT INTO public.subscription_limit (
                 id, organization_id, plan_name, plan_id, ai_nums, enhance_nums, upload_limit, deploy_limit,
                 is_active, period_start, period_end, last_quota_refresh, billing_interval)
             VALUES (
                 {Guid.CreateVersion7().ToString()}, {organizationId}, {planName}, {planName}, 0, 0, 0, {remaining},
                 true, now(), COALESCE({periodEnd}, now() + ('1 ' || {billingInterval})::interval), now(), {billingInterval})
             """,
            cancellationToken);
}
