using Libra.Deploy.IntegrationTests.Persistence;
using Libra.Deploy.IntegrationTests.Service;

namespace Libra.Deploy.IntegrationTests.Deployments;

/// <summary>Makes deployments that wait, of ones that have ended.</summary>
internal static class WaitingCopy
{
    /// <returns>The id of an accepted and charged deployment that is not due for a day.</returns>
    public static async Task<string> OfAsync(LibraService service, string ended)
    {
        var id = $"deploy_{TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds()}_{Guid.NewGuid().ToString("N")[..9]}";
        await service.ExecuteAsync(
            $"""
            INSERT INTO deploy.deployments ({DeploymentColumns.Written}) SELECT {DeploymentColumns.Written} FROM (
            SELECT (jsonb_populate_record(d, jsonb_build_object(
                'id', $2, 'status', 'pending', 'progress', 0, 'attempt', 0, 'completed_at', NULL, 'started_at', NULL, 'created_at', now(),
                'source_digest', NULL, 'artifact_digest', NULL, 'worker_url', NULL, 'dispatched_at', now(), 'due_at', now() + interval '1 day'))).*
            FROM deploy.deployments d WHERE d.id = $1) copy
            """,
            ended, id);
        await service.ExecuteAsync(
            "INSERT INTO deploy.quota_charges SELECT (jsonb_populate_record(c, jsonb_build_object('deployment_id', $2))).* FROM deploy.quota_charges c WHERE c.deployment_id = $1",
            ended, id);
        return id;
    }
}
