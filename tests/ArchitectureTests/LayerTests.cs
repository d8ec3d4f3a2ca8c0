using Libra.Deploy.Cli;
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

    [Fact]
    public void CommandLine_KnowsTheServiceByItsContractOnly()
    {
        var parts = typeof(Terminal).Assembly.GetReferencedAssemblies().Select(part => part.Name!).ToList();

        parts.Should().Contain("System.Net.Http", "a rule over no parts always passes");
        parts.Should().NotContain(part => !part.StartsWith("System.", StringComparison.Ordinal), "the tool is installed where the service is not");
    }
}
