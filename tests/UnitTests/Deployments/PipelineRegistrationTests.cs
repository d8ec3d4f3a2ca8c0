using Libra.Deploy.Application;
using Libra.Deploy.Application.Deployments.Pipeline;
using Libra.Deploy.Domain.Deployments;
using Microsoft.Extensions.DependencyInjection;

namespace Libra.Deploy.UnitTests.Deployments;

public sealed class PipelineRegistrationTests
{
    [Fact]
    public void AddApplication_RegistersEveryStepOnce()
    {
        var services = new ServiceCollection().AddApplication();

        services.Where(service => service.ServiceType == typeof(IDeploymentStep)).Select(service => service.ImplementationType!.Name)
            .Should().BeEquivalentTo(DeploymentSteps.InOrder.Select(step => $"{step}Step"));
    }
}
