using Hangfire;
using Libra.Deploy.Domain.Deployments;
using Libra.Deploy.Infrastructure.Queue;
using Libra.Deploy.IntegrationTests.Persistence;
using Microsoft.Extensions.DependencyInjection;

namespace Libra.Deploy.IntegrationTests.Queue;

/// <summary>Deployments whose jobs lie in a queue that had another name.</summary>
public sealed class RenamedQueueTests(TestPostgres server) : IAsyncLifetime
{
    private static readonly string Present = new QueueOptions().QueueName;
    private PlatformDatabase _database = null!;

    public async ValueTask InitializeAsync() =>
        _database = await PlatformDatabase.CreateAsync(server, services => services.AddQueue(worker: false));

    public ValueTask DisposeAsync() => _database.DisposeAsync();

    [Fact]
    public async Task ReturnLost_OfJobsInAQueueThatNobodyReads_PutsTheirDeploymentsBack()
    {
        var stranded = await AddAsync("old-name", "pending");
        await AddAsync(Present, "pending");

        var lost = await Waiting.ReturnLostAsync(TimeProvider.System.GetUtcNow(), TestContext.Current.CancellationToken);

        lost.Should().Equal(stranded);
    }

    [Fact]
    public async Task TakeOrphans_OfAQueueThatNobodyReads_DoesNotWaitForTheirJobs()
    {
        var stranded = await AddAsync("old-name", "building");
        await AddAsync(Present, "building");

        var orphans = await Waiting.TakeOrphansAsync(TimeProvider.System.GetUtcNow(), TestContext.Current.CancellationToken);

        orphans.Should().Equal(stranded);
    }

    private WaitingDeployments Waiting => _database.Services.GetRequiredService<WaitingDeployments>();

    /// <summary>A deployment that was dispatched a minute ago, and whose job waits in this queue.</summary>
    private async Task<DeploymentId> AddAsync(string queue, string status)
    {
        var now = TimeProvider.System.GetUtcNow();
        var id = DeploymentId.New(now);
        var job = _database.Services.GetRequiredService<IBackgroundJobClientV2>()
            .Enqueue<RunDeploymentJob>(queue, run => run.RunAsync(id.Value, CancellationToken.None));
        await _database.ExecuteAsync(
            """
            INSERT INTO deploy.deployments
                (id, project_id, organization_id, user_id, source, status, progress, attempt, interruptions, due_at, created_at,
                 fencing_token, artifact_reused, settings_debug, settings_force, settings_max_attempts, settings_priority, settings_timeout,
                 dispatched_at, hangfire_job_id, lease_owner, lease_token, lease_expires_at)
            VALUES ($1, $1, 'o', 'u', 'Project', $2, 0, 0, 0, $3, $3, 1, false, false, false, 4, 5, interval '10 minutes',
                    $3, $4, 'dead', 1, $3)
            """,
            id.Value, status, now.AddMinutes(-1), job);
        return id;
    }
}
