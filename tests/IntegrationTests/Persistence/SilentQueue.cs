using Libra.Deploy.Application.Deployments;
using Libra.Deploy.Domain.Deployments;

namespace Libra.Deploy.IntegrationTests.Persistence;

/// <summary>For tests of what is stored: nothing is to run, so nobody is to be woken.</summary>
internal sealed class SilentQueue : IDeploymentQueue
{
    public string Name => "deployment-queue";

    public void Wake()
    {
    }

    public void Interrupt(DeploymentId id)
    {
    }
}
