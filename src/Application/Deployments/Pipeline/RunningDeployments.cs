using System.Collections.Concurrent;
using Libra.Deploy.Domain.Deployments;

namespace Libra.Deploy.Application.Deployments.Pipeline;

/// <summary>The deployments that this node runs, so that a cancel from any node can hurry the one that is concerned.</summary>
public sealed class RunningDeployments
{
    private readonly ConcurrentDictionary<DeploymentId, Action> _running = new();

    /// <summary>How many run here now.</summary>
    public int Count => _running.Count;

    /// <summary>Makes the deployment look at once whether it is to stop; does nothing when it does not run here.</summary>
    public void Interrupt(DeploymentId id)
    {
        if (_running.TryGetValue(id, out var look)) look();
    }

    internal void Add(DeploymentId id, Action look) => _running[id] = look;

    internal void Remove(DeploymentId id) => _running.TryRemove(id, out _);
}
