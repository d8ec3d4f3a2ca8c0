using Libra.Deploy.Domain.Deployments;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace Libra.Deploy.Infrastructure.Persistence;

internal sealed class DeploymentRepository(LibraDbContext database) : IDeploymentRepository
{
    // A worker that stands still inside the transaction would else hold the row, and keep others from going on, until it wakes.
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

    public Task<ActiveDeployment?> FindActiveAsync(string projectId, CancellationToken cancellationToken) =>
        database.Deployments
            // Not as a list's Contains, for which EF would write the SQL anew each time.
            .Where(deployment => deployment.ProjectId == projectId
                && deployment.Status != DeploymentStatus.Completed
                && deployment.Status != DeploymentStatus.Failed
                && deployment.Status != DeploymentStatus.Cancelled)
            .Select(deployment => new ActiveDeployment(deployment.Id, deployment.Status))
            .FirstOrDefaultAsync(cancellationToken);

    public Task<Deployment?> FindLiveAsync(string projectId, CancellationToken cancellationToken) =>
        database.Deployments.AsNoTracking()
            .Where(deployment => deployment.ProjectId == projectId && deployment.Status == DeploymentStatus.Completed)
            .OrderByDescending(deployment => deployment.CreatedAt).ThenByDescending(deployment => deployment.Id)
            .FirstOrDefaultAsync(cancellationToken);

    public void Add(Deployment deployment) => database.Add(deployment);

    // What else was read for an earlier change may have been changed by others since.
    private void ForgetAllBut(Deployment? newest)
    {
        if (newest is null) database.ChangeTracker.Clear();
        foreach (var other in database.ChangeTracker.Entries().Where(entry => entry.Entity != newest && !entry.Metadata.IsOwned()).ToList())
            other.State = EntityState.Detached;
    }
}
