namespace Libra.Deploy.Domain.Deployments;

/// <summary>A worker's hold on a running deployment. The token grows with every claim, so a stale worker's writes can be told.</summary>
/// <param name="Owner">Name of the node that the worker is on.</param>
/// <param name="Token">Fencing token; every write of the running deployment carries it.</param>
/// <param name="ExpiresAt">After this another worker may claim the deployment.</param>
public sealed record Lease(string Owner, long Token, DateTimeOffset ExpiresAt);
