using Npgsql;

namespace Libra.Deploy.Infrastructure.Persistence;

/// <summary>
/// The platform's tables, created only where they are missing: stand-alone use, where no platform shares the database. What
/// exists is never altered.
/// </summary>
internal static class PlatformTables
{
    private const string CreateMissing =
        """
        CREATE TABLE IF NOT EXISTS public.project (
            id text PRIMARY KEY,
            name text NOT NULL,
            template_type text NOT NULL DEFAULT 'vite',
            production_deploy_url text,
            workflow_id text,
            deployment_status varchar(32) DEFAULT 'idle',
            custom_domain text,
            custom_domain_status varchar(32),
            custom_domain_verified_at timestamptz,
            custom_hostname_id text,
            ownership_verification text,
            ssl_status varchar(32),
            visibility varchar(32) NOT NULL DEFAULT 'private',
            is_active boolean NOT NULL DEFAULT true,
            user_id text NOT NULL,
            organization_id text NOT NULL,
            container_id text,
            initial_message text,
            knowledge text,
            message_history text NOT NULL DEFAULT '[]',
            url text,
            git_url text,
            git_branch text,
            preview_image_url text,
            created_at timestamptz NOT NULL DEFAULT now(),
            updated_at timestamptz NOT NULL DEFAULT now()
        );
        CREATE TABLE IF NOT EXISTS public.subscription_limit (
            id text PRIMARY KEY,
            organization_id text NOT NULL,
            stripe_customer_id text,
            plan_name text NOT NULL,
            plan_id text NOT NULL,
            ai_nums integer NOT NULL,
            enhance_nums integer NOT NULL,
            upload_limit integer NOT NULL,
            deploy_limit integer NOT NULL,
            seats integer NOT NULL DEFAULT 1,
            project_nums integer NOT NULL DEFAULT 1,
            is_active boolean NOT NULL DEFAULT true,
            period_start timestamptz NOT NULL,
            period_end timestamptz NOT NULL,
            created_at timestamptz NOT NULL DEFAULT now(),
            updated_at timestamptz NOT NULL DEFAULT now(),
            last_quota_refresh timestamptz,
            billing_interval text DEFAULT 'month'
        );
        CREATE UNIQUE INDEX IF NOT EXISTS subscription_limit_org_plan_active
            ON public.subscription_limit (organization_id, plan_name) WHERE is_active;
        """;

    /// <summary>Safe to repeat and to run on several nodes at once.</summary>
    public static async Task EnsureAsync(NpgsqlDataSource database, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var command = new NpgsqlCommand(
            "DO $$ BEGIN IF to_regclass('public.project') IS NULL OR to_regclass('public.subscription_limit') IS NULL THEN "
            + CreateMissing + " END IF; END $$", connection);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
