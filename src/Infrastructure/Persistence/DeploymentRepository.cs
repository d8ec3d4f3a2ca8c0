using Libra.Deploy.Domain.Deployments;
using Microsoft.EntityFrameworkCore;

namespace Libra.Deploy.Infrastructure.Persistence;

internal sealed class DeploymentRepository(LibraDbContext database) : IDeploymentRepository
{
    public Task<Deployment?> FindAsync(DeploymentId id, CancellationToken cancellationToken) =>
        database.Deployments.FirstOrDefaultAsync(deployment => deployment.Id == id, cancellationToken);

    public async Task<Deployment?> FindForUpdateAsync(DeploymentId id, CancellationToken cancellationToken)
    {
        // A worker that stands still inside the transaction would else hold the row, and keep others from going on, until it wakes.
        await database.Database.ExecuteSqlAsync(
            $"SELECT set_config('idle_in_transaction_session_timeout', '15s', true) FROM deploy.deployments WHERE id = {id.Value} FOR UPDATE", cancellationToken);
        return await FindAsync(id, cancellationToken);
    }

    public Task<ActiveDeployment?> FindActiveAsync(string projectId, CancellationToken cancellationToken) =>
        database.Deployments
            // Not as a list's Contains, for which EF would write the SQL anew each time.
            .Where(deployment => deployment.ProjectId == projectId
                && deployment.Status != DeploymentStatus.Completed && deployment.Status != DeploymentStatus.Failed && deployment.Status != DeploymentStatus.Cancelled)
            .Select(deployment => new ActiveDeployment(deployment.Id, deployment.Status))
            .FirstOrDefaultAsync(cancellationToken);

    public Task<Deployment?> FindLiveAsync(string projectId, CancellationToken cancellationToken) =>
        database.Deployments.AsNoTracking()
            .Where(deployment => deployment.ProjectId == projectId && deployment.Status == DeploymentStatus.Completed)
            .OrderByDescending(deployment => deployment.CreatedAt).ThenByDescending(deployment => deployment.Id)
            .FirstOrDefaultAsync(cancellationToken);

    public void Add(Deployment deployment) => database.Add(deployment);
}
