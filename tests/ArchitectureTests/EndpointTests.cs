using System.Text.RegularExpressions;
using Libra.Deploy.Application.Access;
using Libra.Deploy.Application.RateLimits;
using NetArchTest.Rules;

namespace Libra.Deploy.ArchitectureTests;

/// <summary>The HTTP side binds, sends and matches; what happens is decided behind MediatR.</summary>
public sealed partial class EndpointTests
{
    /// <summary>
    /// What the HTTP side may ask itself, because it is about the request and not about a use case: who calls, and how often.
    /// </summary>
    private static readonly string[] OfTheRequest =
        [typeof(IRateLimiter).FullName!, typeof(IApiTokenCallers).FullName!, typeof(IPlatformSessions).FullName!];

    private static readonly string[] Ports =
        [.. Layers.TypesOf(Layers.Domain).Concat(Layers.TypesOf(Layers.Application))
            .Where(type => type.IsInterface).Select(type => type.FullName!).Except(OfTheRequest)];

    [Fact]
    public void Endpoints_ReachUseCasesOnlyThroughMediatR()
    {
        Ports.Should().HaveCountGreaterThan(20);
        Rules.Refuse(
            Types.InAssembly(Layers.WebApi).That().ResideInNamespace("Libra.Deploy.WebApi")
                .And().DoNotResideInNamespace("Libra.Deploy.WebApi.Composition").And().DoNotHaveName("Program"),
            [.. Ports, "Microsoft.EntityFrameworkCore", "Libra.Deploy.Infrastructure.Persistence",
                "Libra.Deploy.Infrastructure.Deployments", "Libra.Deploy.Infrastructure.Projects", "Hangfire.BackgroundJob",
                "Hangfire.IBackgroundJobClient"]);
    }

    [Fact]
    public void Endpoints_AreStaticAndMapThemselves()
    {
        var endpoints = Layers.TypesOf(Layers.WebApi).Where(type => type.Name.EndsWith("Endpoints", StringComparison.Ordinal)).ToList();

        endpoints.Should().NotBeEmpty();
        endpoints.Where(type => !(type.IsAbstract && type.IsSealed)
            || !Array.Exists(type.GetMethods(), method => method.Name.StartsWith("Map", StringComparison.Ordinal)))
            .Should().BeEmpty("LibraApp reads as the list of what is mapped");
    }

    [Fact]
    public void Statuses_OfErrorsAreKnownInOnePlace() =>
        Repository.Files("src/WebApi", "*.cs").Where(file => FormMade().IsMatch(file.Text)).Select(file => file.Path)
            .Should().Equal("src/WebApi/Http/ProblemTable.cs");

    [GeneratedRegex(@"new ([\w.]+\.)?ProblemForm\(|ProblemForm> Forms")]
    private static partial Regex FormMade();
}
