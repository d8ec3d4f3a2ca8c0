using Libra.Deploy.Domain.Deployments;
using Libra.Deploy.Infrastructure.Persistence;
using Microsoft.EntityFrameworkCore;
using Npgsql;
using static Libra.Deploy.Infrastructure.Persistence.PendingStatements;

namespace Libra.Deploy.Infrastructure.Deployments;

internal sealed class DeploymentRepository(LibraDbContext database, PendingStatements pending) : IDeploymentRepository
{
    // A worker that stands still inside the transaction would otherwise hold the row, and keep others from going on, until it wakes.
    private const string Hold =
        "SELECT xmin, set_config('idle_in_transaction_session_timeout', '15s', true) FROM deploy.deployments WHERE id = $1 FOR UPDATE";

    public Task<Deployment?> FindAsync(DeploymentId id, CancellationToken cancellationToken) =>
        database.Deployments.FirstOrDefaultAsync(deployment => deployment.Id == id, cancellationToken);

    public async Task<Deployment?> FindForUpdateAsync(DeploymentId id, CancellationToken cancellationToken)
    {
        await using var hold = new NpgsqlCommand(Hold, (NpgsqlConnection)database.Database.GetDbConnection());
        hold.Parameters.AddWithValue(id.Value);
        if (await hold.ExecuteScalarAsync(cancellationToken) is not uint version) return null;

        if (database.Deployments.Local.FindEntry(id) is not { } known) return await FindAsync(id, cancellationToken);

        var newest = known.Property<uint>(DeploymentConfiguration.RowVersion).CurrentValue == version;
        ForgetAllBut(newest ? known.Entity : null);
        return newest ? known.Entity : await FindAsync(id, cancellationToken);
    }

    public Task<Deployment?> FindLiveAsync(string projectId, CancellationToken cancellationToken) =>
        NewestOf(projectId).FirstOrDefaultAsync(deployment => deployment.Status == DeploymentStatus.Completed, cancellationToken);

    public Task<Deployment?> FindLastPublishedAsync(string projectId, CancellationToken cancellationToken) =>
        NewestOf(projectId).FirstOrDefaultAsync(
            deployment => deployment.Journal.Any(run => run.Step == DeploymentStep.Deploy), cancellationToken);

    public async Task<bool> IsSupersededAsync(Deployment deployment, CancellationToken cancellationToken) =>
        await NewestOf(deployment.ProjectId).Select(newest => newest.Id).FirstAsync(cancellationToken) != deployment.Id;

    // By hand and not tracked, so that it goes along with the rest of an acceptance; what begins as null is not named.
    public void Add(Deployment deployment) => pending.Add(
        deployment,
        """
        INSERT INTO deploy.deployments (
            id, project_id, organization_id, user_id, source, custom_domain, domain_before, request_id, trace_parent, predecessor_id,
            status, progress, attempt, interruptions, fencing_token, due_at, created_at,
            artifact_digest, artifact_size, artifact_reused,
            settings_timeout, settings_timeout_shortened, settings_debug, settings_force, settings_max_attempts, settings_priority)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24, $25, $26)
        """,
        Of(deployment.Id.Value), Of(deployment.ProjectId), Of(deployment.OrganizationId), Of(deployment.UserId),
        Of(deployment.Source.ToString()), Of(deployment.Domain.To), Of(deployment.Domain.From), Of(deployment.RequestId),
        Of(deployment.TraceParent), Of(deployment.PredecessorId?.Value),
        Of(deployment.Status.WireName()), Of(deployment.Progress), Of(deployment.Attempt), Of(deployment.Interruptions),
        Of(deployment.FencingToken), Of(deployment.DueAt), Of(deployment.CreatedAt),
        Of(deployment.ArtifactDigest), Of(deployment.ArtifactSize), Of(deployment.ArtifactReused),
        Of(deployment.Settings.Timeout), Of(deployment.Settings.TimeoutShortened), Of(deployment.Settings.Debug),
        Of(deployment.Settings.Force), Of(deployment.Settings.MaxAttempts), Of(deployment.Settings.Priority));

    private IQueryable<Deployment> NewestOf(string projectId) => database.Deployments.AsNoTracking()
        .Where(deployment => deployment.ProjectId == projectId)
        .OrderByDescending(deployment => deployment.CreatedAt).ThenByDescending(deployment => deployment.Id);

    // What else was read for an earlier change may have been changed by others since.
    private void ForgetAllBut(Deployment? newest)
    {
        if (newest is null) database.ChangeTracker.Clear();
        foreach (var other in database.ChangeTracker.Entries().Where(entry => entry.Entity != newest && !entry.Metadata.IsOwned()).ToList())
            other.State = EntityState.Detached;
    }
}
