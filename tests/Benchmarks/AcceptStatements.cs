namespace Libra.Deploy.Benchmarks;

/// <summary>What one accepted request sends to PostgreSQL, taken from the server's log, as a script of pgbench.</summary>
internal static class AcceptStatements
{
    /// <param name="prefix">Of the projects; each transaction of each client takes another.</param>
    public static string Script(string prefix) =>
        $"""
         \set n :n + 1
         \set project :client_id * :per + :n - 1
         BEGIN;
         SELECT * FROM public.project WHERE id = '{prefix}-' || :project FOR UPDATE;
         SELECT id, status FROM deploy.deployments
             WHERE project_id = '{prefix}-' || :project AND status NOT IN ('completed', 'failed', 'cancelled') LIMIT 1;
         WITH plan AS (
             SELECT s.id FROM public.subscription_limit s
             WHERE s.organization_id = 'org-' || :project % 64 AND s.is_active AND s.period_end >= now() AND s.deploy_limit > 0
             ORDER BY s.period_end LIMIT 1 FOR NO KEY UPDATE OF s),
         entry AS (
             INSERT INTO deploy.quota_charges (deployment_id, organization_id, plan_id, amount, charged_at)
             SELECT 'deploy_{prefix}_' || :project, 'org-' || :project % 64, plan.id, 1, now() FROM plan RETURNING plan_id)
         UPDATE public.subscription_limit s SET deploy_limit = s.deploy_limit - 1, updated_at = now()
             FROM plan JOIN entry ON entry.plan_id = plan.id WHERE s.id = plan.id RETURNING s.id;
         UPDATE public.project SET deployment_status = 'preparing', workflow_id = 'deploy_{prefix}_' || :project, updated_at = now()
             WHERE id = '{prefix}-' || :project;
         INSERT INTO deploy.deployments (
             id, artifact_reused, attempt, created_at, due_at, fencing_token, interruptions, organization_id, progress, project_id,
             request_id, source, status, user_id,
             settings_debug, settings_force, settings_max_attempts, settings_priority, settings_timeout)
             VALUES ('deploy_{prefix}_' || :project, false, 0, now(), now(), 0, 0, 'org-' || :project % 64, 0, '{prefix}-' || :project,
             gen_random_uuid()::text, 'Request', 'pending', 'user', false, false, 4, 5, interval '10 minutes');
         INSERT INTO deploy.deployment_sources (deployment_id, init_files)
             VALUES ('deploy_{prefix}_' || :project,
             decode('1f8b0800000000000403ab56cacc4b49add0cb28c9cd51b252b2c930b4abb0d1cf30b453aa0500448f6d661b000000', 'hex'));
         COMMIT;

         """;
}
