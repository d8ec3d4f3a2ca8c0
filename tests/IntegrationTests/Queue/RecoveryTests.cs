using Libra.Deploy.IntegrationTests.Service;

namespace Libra.Deploy.IntegrationTests.Queue;

/// <summary>What a crash leaves behind, made by hand: the service finds it and goes on.</summary>
public sealed class RecoveryTests(LibraService service)
{
    [Fact]
    public async Task WaitingDeployment_WhoseJobIsGone_IsDispatchedAgain()
    {
        var project = await service.NewProjectAsync();
        var id = await InsertAsync(project, "pending", "dispatched_at = now() - interval '1 minute', hangfire_job_id = '999999999'");

        var end = await project.EndOfAsync(id);

        end["status"]!.GetValue<string>().Should().Be("completed", "{0}", end);
    }

    [Theory]
    [InlineData("now() - interval '1 minute'")]
    [InlineData("NULL")] // put back as lost, and then run by the lost job after all
    public async Task RunningDeployment_OfADeadWorker_GoesOnInTheSameAttempt(string dispatchedAt)
    {
        var project = await service.NewProjectAsync();
        var id = await InsertAsync(
            project,
            "building",
            $"""
            dispatched_at = {dispatchedAt}, attempt = 1, started_at = now() - interval '1 minute', fencing_token = 7,
            lease_owner = 'dead', lease_token = 7, lease_expires_at = now() - interval '1 second'
            """);

        var end = await project.EndOfAsync(id);

        end["status"]!.GetValue<string>().Should().Be("completed", "{0}", end);
        end["attempt"]!.GetValue<int>().Should().Be(1);
        (await service.ScalarAsync<long>("SELECT fencing_token FROM deploy.deployments WHERE id = $1", id)).Should().Be(8);
    }

    [Fact]
    public async Task Deployment_PastItsWholeTime_EndsAsTimeout()
    {
        var project = await service.NewProjectAsync();
        var id = await InsertAsync(
            project,
            "building",
            """
            dispatched_at = now(), attempt = 1, started_at = now() - interval '1 hour', fencing_token = 1,
            lease_owner = 'dead', lease_token = 1, lease_expires_at = now() - interval '1 second'
            """);

        var end = await project.EndOfAsync(id);

        end["error"]!["code"]!.GetValue<string>().Should().Be("DEPLOYMENT_TIMEOUT");
        (await service.ScalarAsync<string>("SELECT deployment_status FROM public.project WHERE id = $1", project.Id)).Should().Be("failed");
    }

    /// <summary>A deployment as an earlier process left it: accepted and charged, then in some state.</summary>
    private async Task<string> InsertAsync(TestProject project, string status, string state)
    {
        var id = $"deploy_{TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds()}_{Guid.NewGuid().ToString("N")[..9]}";
        await service.ExecuteAsync(
            """
            INSERT INTO deploy.deployments
                (id, project_id, organization_id, user_id, source, status, progress, attempt, interruptions, due_at, created_at, fencing_token,
                 artifact_reused, settings_debug, settings_force, settings_max_attempts, settings_priority, settings_timeout, dispatched_at)
            VALUES ($1, $2, $3, $4, 'Project', 'pending', 0, 0, 0, now() + interval '1 day', now(), 0, false, false, false, 4, 5, interval '10 minutes', now())
            """,
            id, project.Id, project.OrganizationId, project.UserId);
        await service.ExecuteAsync(
            """
            INSERT INTO deploy.quota_charges (deployment_id, organization_id, plan_id, amount, charged_at)
            SELECT $1, $2, id, 1, now() FROM public.subscription_limit WHERE organization_id = $2
            """,
            id, project.OrganizationId);
        await service.ExecuteAsync(
            "UPDATE public.project SET workflow_id = $1, deployment_status = 'preparing' WHERE id = $2", id, project.Id);
        await service.ExecuteAsync($"UPDATE deploy.deployments SET due_at = now(), status = $2, {state} WHERE id = $1", id, status);
        return id;
    }
}
