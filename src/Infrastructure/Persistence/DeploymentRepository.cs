using Libra.Deploy.Domain.Deployments;
using Microsoft.EntityFrameworkCore;

namespace Libra.Deploy.Infrastructure.Persistence;

internal sealed class DeploymentRepository(LibraDbContext database) : IDeploymentRepository
{
    private static readonly DeploymentStatus[] Terminal = [DeploymentStatus.Completed, DeploymentStatus.Failed, DeploymentStatus.Cancelled];

    public Task<Deployment?> FindAsync(DeploymentId id, CancellationToken cancellationToken) =>
        database.Deployments.FirstOrDefaultAsync(deployment => deployment.Id == id, cancellationToken);

    public async Task<Deployment?> FindForUpdateAsync(DeploymentId id, CancellationToken cancellationToken)
    {
        await database.Database.ExecuteSqlAsync($"SELECT 1 FROM deploy.deployments WHERE id = {id.Value} FOR UPDATE", cancellationToken);
        return await FindAsync(id, cancellationToken);
    }

    public Task<Deployment?> FindActiveAsync(string projectId, CancellationToken cancellationToken) =>
        database.Deployments.FirstOrDefaultAsync(
            deployment => deployment.ProjectId == projectId && !Terminal.Contains(deployment.Status), cancellationToken);

    public Task<Deployment?> FindLiveAsync(string projectId, CancellationToken cancellationToken) =>
        database.Deployments.AsNoTracking()
            .Where(deployment => deployment.ProjectId == projectId && deployment.Status == DeploymentStatus.Completed)
            .OrderByDescending(deployment => deployment.CreatedAt).ThenByDescending(deployment => deployment.Id)
            .FirstOrDefaultAsync(cancellationToken);

    public void Add(Deployment deployment) => database.Add(deployment);
}
