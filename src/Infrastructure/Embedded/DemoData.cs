using Npgsql;

namespace Libra.Deploy.Infrastructure.Embedded;

/// <summary>What a newcomer deploys first: an organization with quota, a user, and a project of the vite template.</summary>
public sealed class DemoData(NpgsqlDataSource database)
{
    public const string OrganizationId = "org_demo";
    public const string UserId = "user_demo";
    public const string ProjectId = "demo";

    private const string Insert =
        """
        INSERT INTO public.project (id, name, template_type, user_id, organization_id)
        VALUES ($1, 'Demo', 'vite', $2, $3) ON CONFLICT (id) DO NOTHING;
        """;

    private const string InsertQuota =
        """
        INSERT INTO public.subscription_limit
            (id, organization_id, plan_name, plan_id, ai_nums, enhance_nums, upload_limit, deploy_limit, period_start, period_end)
        VALUES ('limit_demo', $1, 'FREE', 'plan_free', 500, 500, 100, 1000, now(), now() + interval '10 years') ON CONFLICT (id) DO NOTHING;
        """;

    /// <summary>Safe to repeat; what is there stays as it is.</summary>
    public async Task EnsureAsync(CancellationToken cancellationToken)
    {
        await RunAsync(Insert, cancellationToken, ProjectId, UserId, OrganizationId);
        await RunAsync(InsertQuota, cancellationToken, OrganizationId);
    }

    private async Task RunAsync(string sql, CancellationToken cancellationToken, params string[] values)
    {
        await using var command = database.CreateCommand(sql);
        foreach (var value in values) command.Parameters.AddWithValue(value);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
