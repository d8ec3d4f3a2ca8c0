using Libra.Deploy.Application.Deployments.Artifacts;
using Libra.Deploy.Infrastructure.Persistence;
using static Libra.Deploy.Infrastructure.Persistence.PendingStatements;

namespace Libra.Deploy.Infrastructure.Deployments;

internal sealed class ReleasedArtifacts(PendingStatements pending) : IReleasedArtifacts
{
    public void Add(string digest, string projectId, long size) => pending.Add(
        """
        INSERT INTO deploy.released_artifacts (digest, project_id, size, released_at) VALUES ($1, $2, $3, now())
        ON CONFLICT (digest) DO UPDATE SET project_id = excluded.project_id, released_at = excluded.released_at
        """,
        Of(digest), Of(projectId), Of(size));
}
