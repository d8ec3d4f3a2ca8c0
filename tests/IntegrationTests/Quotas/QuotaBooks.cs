using System.Collections.Concurrent;
using ErrorOr;
using Libra.Deploy.Application.Common;
using Libra.Deploy.Application.Quotas;
using Libra.Deploy.Domain.Deployments;
using Libra.Deploy.Infrastructure.Quotas;
using Libra.Deploy.IntegrationTests.Persistence;
using Microsoft.Extensions.DependencyInjection;

namespace Libra.Deploy.IntegrationTests.Quotas;

/// <summary>
/// Plans as the platform fills them in, and charges as the service makes them: each in a scope and transaction of its own.
/// </summary>
internal sealed class QuotaBooks(PlatformDatabase database) : IAsyncDisposable
{
    public const int ProAllowance = 2 * 15;

    public PlatformDatabase Database { get; } = database;

    public static async Task<QuotaBooks> OpenAsync(TestPostgres server, string timeZone = "UTC") => new(await PlatformDatabase.CreateAsync(
        server,
        services =>
        {
            services.AddQuotas();
            services.Configure<QuotaOptions>(options => options.Plans["PRO"] = ProAllowance / 2);
        },
        timeZone));

    public static DeploymentId NewDeployment() => DeploymentId.New(DateTimeOffset.UtcNow);

    public static string NewOrganization() => $"org-{Guid.NewGuid():N}";

    /// <returns>Id of the plan's row.</returns>
    public async Task<string> AddPlanAsync(
        string organization, string name, int left, string interval = "month", string ends = "20 days",
        string? refreshed = null, bool active = true)
    {
        var id = $"plan-{Guid.NewGuid():N}";
        await Database.ExecuteAsync(
            """
            INSERT INTO public.subscription_limit (id, organization_id, plan_name, plan_id, ai_nums, enhance_nums, upload_limit, deploy_limit,
                is_active, period_start, period_end, last_quota_refresh, billing_interval)
            VALUES ($1, $2, $3, lower($3), 7, 7, 7, $4, $5, now() - interval '11 months', now() + $6::interval, now() - $7::interval, $8)
            """,
            id, organization, name, left, active, ends, (object?)refreshed ?? DBNull.Value, interval);
        return id;
    }

    public Task<ErrorOr<Success>> ChargeAsync(string organization, DeploymentId deployment) =>
        InTransactionAsync(services => services.GetRequiredService<IQuotaCharges>()
            .ChargeAsync(organization, deployment, TestContext.Current.CancellationToken));

    public Task<ErrorOr<Success>> ReplayAsync(string organization, DeploymentId original, DeploymentId replay) => InTransactionAsync(
        services => services.GetRequiredService<IQuotaCharges>()
            .ChargeReplayAsync(organization, original, replay, TestContext.Current.CancellationToken));

    public Task RefundAsync(DeploymentId deployment) => InTransactionAsync(services =>
    {
        services.GetRequiredService<IQuotaLedger>().Refund(deployment);
        return Task.FromResult<ErrorOr<Success>>(Result.Success);
    });

    public async Task<bool> IsChargedAsync(DeploymentId deployment)
    {
        await using var scope = Database.Services.CreateAsyncScope();
        return await scope.ServiceProvider.GetRequiredService<IQuotaCharges>()
            .IsChargedAsync(deployment, TestContext.Current.CancellationToken);
    }

    public Task<int> LeftAsync(string plan) =>
        Database.AskAsync<int>("SELECT deploy_limit FROM public.subscription_limit WHERE id = $1", plan);

    public Task<long> StandingAsync(string plan) =>
        Database.AskAsync<long>("SELECT count(*) FROM deploy.quota_charges WHERE plan_id = $1 AND refunded_at IS NULL", plan);

    /// <summary>Runs all at once, as far as connections allow.</summary>
    public static async Task<IReadOnlyList<T>> AtOnceAsync<T>(int count, Func<int, Task<T>> work)
    {
        var results = new ConcurrentBag<T>();
        await Parallel.ForAsync(
            0, count, new ParallelOptions { MaxDegreeOfParallelism = count }, async (i, _) => results.Add(await work(i)));
        return [.. results];
    }

    public ValueTask DisposeAsync() => Database.DisposeAsync();

    private async Task<ErrorOr<Success>> InTransactionAsync(Func<IServiceProvider, Task<ErrorOr<Success>>> work)
    {
        await using var scope = Database.Services.CreateAsyncScope();
        var unit = scope.ServiceProvider.GetRequiredService<IUnitOfWork>();
        await using var transaction = await unit.BeginAsync(TestContext.Current.CancellationToken);
        var result = await work(scope.ServiceProvider);
        if (!result.IsError) await unit.CommitAsync(TestContext.Current.CancellationToken);
        return result;
    }
}
