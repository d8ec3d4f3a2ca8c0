using System.Text.Json;
using ErrorOr;
using Libra.Deploy.Application.Quotas;
using Libra.Deploy.Domain.Deployments;
using Libra.Deploy.Domain.Quotas;
using Libra.Deploy.Infrastructure.Persistence;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using static Libra.Deploy.Infrastructure.Persistence.PendingStatements;

namespace Libra.Deploy.Infrastructure.Quotas;

/// <summary>
/// The ledger and the plans' remainders, changed together by single statements of the scope's transaction. A plan's row is held from
/// the charge to the commit, so the charges of one organization come one after the other and none can take the last deployment twice.
/// </summary>
internal sealed class QuotaCharges(
    LibraDbContext database, PendingStatements pending, IQuotaPlans plans, IOptions<QuotaOptions> options) : IQuotaCharges, IQuotaLedger
{
    private readonly string _allowances = JsonSerializer.Serialize(options.Value.Allowances().Deployments);

    public async Task<ErrorOr<Success>> ChargeAsync(string organizationId, DeploymentId deployment, CancellationToken cancellationToken)
    {
        if (await TakeAsync(organizationId, deployment, cancellationToken)) return Result.Success;
        if (await IsChargedAsync(deployment, cancellationToken)) return Result.Success;

        var quota = await plans.FindAsync(organizationId, cancellationToken);
        return quota.Ended is { } plan
            ? QuotaErrors.PlanEnded(organizationId, plan)
            : QuotaErrors.Exceeded(organizationId, quota.ResetDate);
    }

    public async Task<ErrorOr<Success>> ChargeReplayAsync(
        string organizationId, DeploymentId original, DeploymentId replay, CancellationToken cancellationToken)
    {
        var handedOver = await database.Database.ExecuteSqlAsync(
            $"""
             UPDATE deploy.quota_charges SET deployment_id = {replay.Value}, transferred_from = {original.Value}
             WHERE deployment_id = {original.Value} AND organization_id = {organizationId} AND refunded_at IS NULL
             """,
            cancellationToken);
        return handedOver == 1 ? Result.Success : await ChargeAsync(organizationId, replay, cancellationToken);
    }

    public Task<bool> IsChargedAsync(DeploymentId deployment, CancellationToken cancellationToken) =>
        database.Set<QuotaCharge>().AnyAsync(
            charge => charge.DeploymentId == deployment.Value && charge.RefundedAt == null, cancellationToken);

    public void Refund(DeploymentId deployment) => pending.Add(
        """
        WITH refund AS (
            UPDATE deploy.quota_charges SET refunded_at = now()
            WHERE deployment_id = $1 AND refunded_at IS NULL
            RETURNING plan_id, amount, charged_at)
        UPDATE public.subscription_limit s SET deploy_limit = LEAST(s.deploy_limit, $2 - refund.amount) + refund.amount, updated_at = now()
        FROM refund
        WHERE s.id = refund.plan_id AND refund.charged_at >= GREATEST(s.period_start, s.last_quota_refresh)
        """,
        Of(deployment.Value), Of(int.MaxValue));

    /// <summary>
    /// Picks the plan by the order of <see cref="OrganizationQuota"/>, refreshes it when that is due, takes one and writes the ledger:
    /// one round trip, because all other requests of the organization wait meanwhile.
    /// </summary>
    /// <remarks>
    /// <c>FOR NO KEY UPDATE</c> reads each row anew once it is free, and goes on to the next plan when the last deployment of this one
    /// was taken while it waited. The ledger line comes before the decrement, so that a deployment charged already takes nothing. Times
    /// are those of the moment when the row is held, because refunds ask whether a charge or a refresh came first, and transactions begin
    /// in another order than they get the row.
    /// </remarks>
    private async Task<bool> TakeAsync(string organizationId, DeploymentId deployment, CancellationToken cancellationToken) =>
        await pending.ExecuteAsync(
            """
            WITH plan AS (
                SELECT s.id, r.refill
                FROM public.subscription_limit s
                CROSS JOIN LATERAL (SELECT CASE
                    WHEN s.billing_interval = 'year' AND upper(s.plan_name) <> 'FREE' AND (s.last_quota_refresh IS NULL
                        OR (s.last_quota_refresh AT TIME ZONE 'UTC' + interval '1 month') AT TIME ZONE 'UTC' <= now())
                    THEN ($3::jsonb ->> upper(s.plan_name))::int END AS refill) r
                WHERE s.organization_id = $1 AND s.is_active AND s.period_end >= now()
                  AND COALESCE(r.refill, s.deploy_limit) > 0
                ORDER BY CASE WHEN upper(s.plan_name) = 'FREE' THEN 1 WHEN s.billing_interval = 'year' THEN 0 ELSE 2 END,
                    s.period_end, s.id COLLATE "C"
                LIMIT 1
                FOR NO KEY UPDATE OF s),
            held AS MATERIALIZED (SELECT clock_timestamp() AS since FROM plan),
            entry AS (
                INSERT INTO deploy.quota_charges AS c (deployment_id, organization_id, plan_id, amount, charged_at)
                SELECT $2, $1, plan.id, 1, held.since FROM plan CROSS JOIN held
                ON CONFLICT (deployment_id) DO UPDATE
                    SET plan_id = excluded.plan_id, charged_at = excluded.charged_at, refunded_at = NULL, transferred_from = NULL
                    WHERE c.refunded_at IS NOT NULL
                RETURNING plan_id)
            UPDATE public.subscription_limit s
            SET deploy_limit = COALESCE(plan.refill, s.deploy_limit) - 1,
                last_quota_refresh = CASE WHEN plan.refill IS NULL THEN s.last_quota_refresh ELSE held.since END,
                updated_at = now()
            FROM plan JOIN entry ON entry.plan_id = plan.id CROSS JOIN held
            WHERE s.id = plan.id
            """,
            [Of(organizationId), Of(deployment.Value), Of(_allowances)],
            cancellationToken) == 1;
}
