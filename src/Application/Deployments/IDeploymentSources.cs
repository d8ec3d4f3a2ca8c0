using Libra.Deploy.Domain.Deployments;

namespace Libra.Deploy.Application.Deployments;

/// <summary>Keeps the source that came with a request, in the same transaction as the deployment.</summary>
public interface IDeploymentSources
{
    void Add(DeploymentId id, RequestSource source);

    /// <summary>Null when the request brought none (any more).</summary>
    Task<RequestSource?> FindAsync(DeploymentId id, CancellationToken cancellationToken);
}

/// <summary>Source of a request as JSON text in the forms of docs/api.md; either may be missing.</summary>
public sealed record RequestSource(string? InitFiles, string? HistoryMessages);
