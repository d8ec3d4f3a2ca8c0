using Libra.Deploy.Application.Deployments.Pipeline;
using Libra.Deploy.Application.Storage;
using Libra.Deploy.Infrastructure.Idempotency;
using Libra.Deploy.Infrastructure.Quotas;
using Libra.Deploy.Infrastructure.Queue;
using Libra.Deploy.Infrastructure.Upkeep;
using Libra.Deploy.IntegrationTests.Deployments.Pipeline;
using Libra.Deploy.IntegrationTests.Persistence;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Npgsql;

namespace Libra.Deploy.IntegrationTests.Queue;

/// <summary>What a node does again and again, without the slots that run deployments.</summary>
public sealed class ReaperTests(TestPostgres server) : IAsyncLifetime
{
    private const string Orphaned = "started_at = now(), lease_owner = 'dead', lease_token = 1, lease_expires_at = now()";

    private readonly HungStore _store = new();
    private PlatformDatabase _database = null!;
    private List<RecurringWork> _work = [];

    public async ValueTask InitializeAsync()
    {
        _database = await PlatformDatabase.CreateAsync(server, services =>
        {
            services.AddQuotas().AddIdempotency().AddQueue(worker: true);
            services.Configure<QueueOptions>(options => options.ReapInterval = TimeSpan.FromMilliseconds(50));
            services.AddSingleton<IObjectStore>(_store).AddSingleton<ISandboxProvider>(new ScriptedSandboxes());
        });
        _work = [.. _database.Services.GetServices<IHostedService>().OfType<RecurringWork>()];
    }

    public async ValueTask DisposeAsync()
    {
        _store.LetGo();
        foreach (var work in _work) await work.StopAsync(CancellationToken.None);
        await _database.DisposeAsync();
    }

    [Fact]
    public async Task Reaper_WhenTheObjectStoreHangs_EndsOverdueDeploymentsAndTakesOrphansOver()
    {
        await InsertAsync("ended", "failed", "completed_at = now() - interval '1 hour'");
        foreach (var work in _work) await work.StartAsync(TestContext.Current.CancellationToken);
        await _store.Asked.WaitAsync(Eventually.Patience, TestContext.Current.CancellationToken);

        await InsertAsync("overdue", "building", "started_at = now() - interval '1 hour'");
        await UntilAsync("overdue", "status = 'failed'");
        await InsertAsync("orphan", "building", Orphaned);
        await UntilAsync("orphan", "hangfire_job_id IS NOT NULL");
    }

    [Fact]
    public async Task Reaper_WhileAProjectOfThePlatformIsHeld_EndsAndTakesOverTheOthers()
    {
        await InsertAsync("held", "building", "started_at = now() - interval '1 hour'");
        await _database.ExecuteAsync(
            "UPDATE public.project p SET workflow_id = d.id FROM deploy.deployments d WHERE d.project_id = p.id"); // as an acceptance does
        await using var held = await HoldAsync("SELECT 1 FROM public.project WHERE id = 'held' FOR UPDATE");
        foreach (var work in _work) await work.StartAsync(TestContext.Current.CancellationToken);
        await Eventually.BecomesTrueAsync(
            () => _database.AskAsync<bool>(
                "SELECT EXISTS (SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock')"),
            Eventually.Patience, "its end waits for the row");

        await InsertAsync("orphan", "building", Orphaned);
        await UntilAsync("orphan", "hangfire_job_id IS NOT NULL");
        await InsertAsync("overdue", "building", "started_at = now() - interval '1 hour'");
        await UntilAsync("overdue", "status = 'failed'");
        await held.DisposeAsync();
        await UntilAsync("held", "status = 'failed'");
    }

    [Theory]
    [InlineData("building", Orphaned, "hangfire_job_id IS NOT NULL")]
    [InlineData("pending", "hangfire_job_id = 'gone', due_at = now() + interval '1 day'", "hangfire_job_id IS NULL")]
    public async Task Reaper_WhileSomebodyHoldsADeployment_BringsTheOthersBack(string status, string state, string back)
    {
        await InsertAsync("held", status, state);
        await using var held = await HoldAsync("SELECT 1 FROM deploy.deployments WHERE project_id = 'held' FOR UPDATE");
        foreach (var work in _work) await work.StartAsync(TestContext.Current.CancellationToken);

        await InsertAsync("other", status, state);

        await UntilAsync("other", back);
    }

    /// <summary>Keeps rows locked, as a transaction that stands still does, until it is disposed.</summary>
    private async Task<NpgsqlConnection> HoldAsync(string sql)
    {
        var connection = new NpgsqlConnection(
            new NpgsqlConnectionStringBuilder(_database.ConnectionString) { Pooling = false }.ConnectionString);
        await connection.OpenAsync(TestContext.Current.CancellationToken);
        await connection.BeginTransactionAsync(TestContext.Current.CancellationToken);
        await using var hold = new NpgsqlCommand(sql, connection);
        await hold.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
        return connection;
    }

    private Task UntilAsync(string name, string condition) => Eventually.BecomesTrueAsync(
        () => _database.AskAsync<bool>($"SELECT {condition} FROM deploy.deployments WHERE project_id = $1", name),
        Eventually.Patience, $"{name}: {condition}");

    private async Task InsertAsync(string name, string status, string state)
    {
        await _database.ExecuteAsync(
            "INSERT INTO public.project (id, name, template_type, user_id, organization_id) VALUES ($1, 'Test', 'static', 'u', $1)", name);
        var id = $"deploy_{TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds()}_{Guid.NewGuid().ToString("N")[..9]}";
        await _database.ExecuteAsync(
            """
            INSERT INTO deploy.deployments
                (id, project_id, organization_id, user_id, source, status, progress, attempt, interruptions, due_at, created_at, fencing_token,
                 artifact_reused, settings_debug, settings_force, settings_max_attempts, settings_priority, settings_timeout)
            VALUES ($1, $2, $2, 'u', 'Project', 'cancelled', 0, 1, 0, now(), now(), 1, false, false, false, 4, 5, interval '10 minutes')
            """,
            id, name);
        await _database.ExecuteAsync(
            $"UPDATE deploy.deployments SET status = $2, dispatched_at = now() - interval '1 minute', {state} WHERE id = $1", id, status);
    }
}
