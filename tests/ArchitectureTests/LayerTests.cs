using Libra.Deploy.Cli;
using NetArchTest.Rules;

namespace Libra.Deploy.ArchitectureTests;

/// <summary>The layers look inwards only: Domain ◄ Application ◄ Infrastructure, WebApi.</summary>
public sealed class LayerTests
{
    private static readonly string[] OuterTools =
        ["Microsoft.EntityFrameworkCore", "Microsoft.AspNetCore", "Npgsql", "Hangfire", "Amazon", "Yarp", "Newtonsoft", "OpenTelemetry"];

    [Fact]
    public void Domain_KnowsNoOtherLayerAndNoTool() => Rules.Refuse(
        Types.InAssembly(Layers.Domain),
        [
            "Libra.Deploy.Application", "Libra.Deploy.Infrastructure", "Libra.Deploy.WebApi",
            "MediatR", "FluentValidation", "Microsoft.Extensions", .. OuterTools,
        ]);

    [Fact]
    public void Domain_NeedsNoPackageButErrorOr() =>
        Layers.Domain.GetReferencedAssemblies().Select(reference => reference.Name!)
            .Where(name => name != "ErrorOr" && !name.StartsWith("System.", StringComparison.Ordinal))
            .Should().BeEmpty("whoever changes a rule of the trade should not have to know a framework");

    [Fact]
    public void CommandLine_KnowsTheServiceByItsContractOnly()
    {
        var parts = typeof(Terminal).Assembly.GetReferencedAssemblies().Select(part => part.Name!).ToList();

        parts.Should().Contain("System.Net.Http", "a rule over no parts always passes");
        parts.Should().NotContain(
            part => !part.StartsWith("System.", StringComparison.Ordinal), "the tool is installed where the service is not");
    }

    [Fact]
    public void Application_KnowsNoAdapterAndNoHttp() => Rules.Refuse(
        Types.InAssembly(Layers.Application),
        ["Libra.Deploy.Infrastructure", "Libra.Deploy.WebApi", "System.Net.Http", "System.Diagnostics.Process", .. OuterTools]);

    [Fact]
    public void Infrastructure_DoesNotKnowTheWebApi() => Rules.Refuse(Types.InAssembly(Layers.Infrastructure), ["Libra.Deploy.WebApi"]);

    [Theory]
    [InlineData("Artifacts")]
    [InlineData("Logs")]
    [InlineData("Sandboxes")]
    [InlineData("Storage")]
    [InlineData("Targets")]
    public void Adapters_KnowNothingOfTheQueue(string folder) => Rules.Refuse(
        Types.InAssembly(Layers.Infrastructure).That().ResideInNamespace($"Libra.Deploy.Infrastructure.{folder}"),
        ["Hangfire", "Libra.Deploy.Infrastructure.Queue"]);
}
