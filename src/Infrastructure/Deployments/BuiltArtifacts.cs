using Libra.Deploy.Application.Deployments.Artifacts;
using Libra.Deploy.Application.Deployments.Pipeline;
using Libra.Deploy.Domain.Deployments;
using Libra.Deploy.Infrastructure.Persistence;
using Microsoft.EntityFrameworkCore;

namespace Libra.Deploy.Infrastructure.Deployments;

internal sealed class BuiltArtifacts(LibraDbContext database) : IBuiltArtifacts
{
    public async Task<ArtifactReference?> FindAsync(string projectId, string sourceDigest, CancellationToken cancellationToken)
    {
        var known = await database.Deployments.AsNoTracking()
            .Where(deployment => deployment.ProjectId == projectId && deployment.SourceDigest == sourceDigest
                && deployment.Status == DeploymentStatus.Completed && deployment.ArtifactDigest != null)
            .OrderByDescending(deployment => deployment.CreatedAt)
            .Select(deployment => new { deployment.ArtifactDigest, deployment.ArtifactSize })
            .FirstOrDefaultAsync(cancellationToken);
        return known is null ? null : new ArtifactReference(known.ArtifactDigest!, known.ArtifactSize ?? 0);
    }
}
