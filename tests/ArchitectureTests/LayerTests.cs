using Libra.Deploy.Infrastructure.Runtime;
using NetArchTest.Rules;

namespace Libra.Deploy.ArchitectureTests;

public sealed class LayerTests
{
    [Fact]
    public void Infrastructure_DoesNotKnowTheWebApi()
    {
        var infrastructure = Types.InAssembly(typeof(RuntimeLayout).Assembly);
        infrastructure.GetTypes().Should().NotBeEmpty("a rule over no types always passes");

        var result = infrastructure.ShouldNot().HaveDependencyOn("Libra.Deploy.WebApi").GetResult();

        result.FailingTypeNames.Should().BeNullOrEmpty();
    }
}
