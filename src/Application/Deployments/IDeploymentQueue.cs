using Libra.Deploy.Domain.Deployments;

namespace Libra.Deploy.Application.Deployments;

/// <summary>The queue that hands waiting deployments to workers. The deployment's row is its message; this only hurries it.</summary>
public interface IDeploymentQueue
{
    /// <summary>The queue's name, as operators set it.</summary>
    string Name { get; }

    /// <summary>Tells every dispatcher that something may be due. Losing the call delays a deployment, and never loses it.</summary>
    void Wake();

    /// <summary>Tells the node that runs the deployment to look whether it is to stop.</summary>
    void Interrupt(DeploymentId id);
}
