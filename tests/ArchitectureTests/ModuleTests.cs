using Libra.Deploy.Application.Common;
using Libra.Deploy.Domain.Deployments;
using NetArchTest.Rules;

namespace Libra.Deploy.ArchitectureTests;

/// <summary>Inside each layer the modules stand apart: only Deployments may use Projects and Quotas, nobody the other way round.</summary>
public sealed class ModuleTests
{
    private const string Domain = "Libra.Deploy.Domain";
    private const string Application = "Libra.Deploy.Application";

    [Fact]
    public void DomainProjects_KnowNoOtherModule() => Rules.Refuse(
        Types.InAssembly(typeof(Deployment).Assembly).That().ResideInNamespace($"{Domain}.Projects"),
        [$"{Domain}.Deployments", $"{Domain}.Quotas", $"{Domain}.Access"]);

    [Fact]
    public void ApplicationProjects_KnowNothingOfPipelineOrQuotas() => Rules.Refuse(
        Types.InAssembly(typeof(IUnitOfWork).Assembly).That().ResideInNamespace($"{Application}.Projects"),
        [$"{Application}.Deployments", $"{Application}.Quotas", $"{Application}.Access"]);

    [Fact]
    public void ApplicationQuotas_KnowNothingOfUseCasesOfDeployments() => Rules.Refuse(
        Types.InAssembly(typeof(IUnitOfWork).Assembly).That().ResideInNamespace($"{Application}.Quotas"),
        [$"{Application}.Deployments", $"{Application}.Projects", $"{Application}.Access"]);

    [Fact]
    public void Storage_KnowsNoModule() => Rules.Refuse(
        Types.InAssembly(typeof(IUnitOfWork).Assembly).That().ResideInNamespace($"{Application}.Storage"),
        [$"{Application}.Deployments", $"{Application}.Projects", $"{Application}.Quotas", $"{Application}.Access"]);

    [Fact]
    public void ApplicationWebhooks_KnowOnlyDeployments() => Rules.Refuse(
        Types.InAssembly(typeof(IUnitOfWork).Assembly).That().ResideInNamespace($"{Application}.Webhooks"),
        [$"{Application}.Queue", $"{Application}.Projects", $"{Application}.Quotas", $"{Application}.Access", $"{Domain}.Projects",
            $"{Domain}.Quotas", $"{Domain}.Access", $"{Domain}.Queue"]);

    [Fact]
    public void Deployments_DoNotKnowWhoIsTold() => Rules.Refuse(
        Types.InAssembly(typeof(IUnitOfWork).Assembly).That().ResideInNamespace($"{Application}.Deployments"),
        [$"{Application}.Webhooks", $"{Domain}.Webhooks"]);
}
