using System.Text.RegularExpressions;
using Libra.Deploy.Application.Deployments.Pipeline;
using Libra.Deploy.Domain.Deployments;
using Libra.Deploy.Infrastructure.Projects;

namespace Libra.Deploy.ArchitectureTests;

/// <summary>One word for each thing, and folders that are named for what they do rather than for the kind of class they hold.</summary>
public sealed partial class NamingTests
{
    private static readonly List<Type> Types = [.. Layers.All.SelectMany(Layers.TypesOf)];

    [Fact]
    public void Folders_AreNamedForWhatTheyDo()
    {
        var folders = Repository.Folders("src");

        folders.Should().NotBeEmpty();
        folders.Where(folder => KindOfClass().IsMatch(Path.GetFileName(folder))).Should().BeEmpty();
    }

    [Fact]
    public void Namespaces_FollowTheFolders()
    {
        var files = Repository.Files("src", "*.cs").Where(file => Path.GetFileName(file.Path) != "Program.cs").ToList();

        files.Should().NotBeEmpty();
        files.Where(file => !file.Text.Contains($"namespace {NamespaceOf(file.Path)};", StringComparison.Ordinal))
            .Select(file => file.Path).Should().BeEmpty();
    }

    [Fact]
    public void Types_UseTheWordsOfTheTrade() =>
        Types.Where(type => RefusedWord().IsMatch(type.Name)).Select(type => type.FullName)
            .Should().BeEmpty("docs/architecture.md has the word to use");

    [Fact]
    public void Jobs_LiveWithHangfire() =>
        Types.Where(type => type.Name.EndsWith("Job", StringComparison.Ordinal) && type.Name != "RefreshCustomDomainsJob"
            && !IsOfQueue(type)).Select(type => type.FullName).Should().BeEmpty();

    [Fact]
    public void EveryStep_HasOneSealedClassOfItsName()
    {
        var steps = Types.Where(type => type is { IsInterface: false } && typeof(IDeploymentStep).IsAssignableFrom(type)).ToList();

        steps.Select(type => type.Name).Should().BeEquivalentTo(DeploymentSteps.InOrder.Select(step => $"{step}Step"));
        steps.Should().OnlyContain(type => type.IsSealed);
    }

    [Fact]
    public void Refusals_AreMadeInTheErrorsClassOfTheirFeature()
    {
        var files = Repository.Files("src/Domain", "*.cs");

        files.Should().Contain(file => ErrorMade().IsMatch(file.Text), "a rule over nothing always passes");
        files.Where(file => ErrorMade().IsMatch(file.Text) && !file.Path.EndsWith("Errors.cs", StringComparison.Ordinal))
            .Select(file => file.Path).Should().BeEmpty();
    }

    [Fact]
    public void PublicTypes_SayWhatTheyAre()
    {
        var files = Repository.Files("src", "*.cs");

        files.SelectMany(file => UndescribedType().Matches(file.Text).Select(match => $"{file.Path}: {match.Groups["name"].Value}"))
            .Should().BeEmpty("whoever opens a file reads first what it is for");
    }

    // "Console" would hide System.Console from every other namespace of the project.
    private static string NamespaceOf(string path) =>
        $"Libra.Deploy.{Path.GetDirectoryName(path)!["src/".Length..].Replace('/', '.')}"
            .Replace("WebApi.Console", "WebApi.ConsolePage", StringComparison.Ordinal);

    private static bool IsOfQueue(Type type) => type.Namespace!.EndsWith("Infrastructure.Queue", StringComparison.Ordinal);

    [GeneratedRegex("^(Abstractions|Contracts|Dtos|Entities|Enums|Exceptions|Extensions|Helpers|Implementations|Interfaces|Managers|Models|Services|Types|Utils|Utilities)$")]
    private static partial Regex KindOfClass();

    [GeneratedRegex(
        "Tenant|Workflow|Poison|DeadMessage|Credits|MessageBus|(?<!Package)Manager$|Helper|Utils?$|Impl$|Dto$|Entity$|ServiceBase")]
    private static partial Regex RefusedWord();

    [GeneratedRegex(@"\bError\.(Conflict|NotFound|Validation|Failure|Unexpected|Unauthorized|Forbidden|Custom)\(")]
    private static partial Regex ErrorMade();

    // A type at the left edge whose line before is neither its summary nor an attribute below one.
    [GeneratedRegex(
        @"(?<!///[^\n]*\n(\[[^\n]*\n)*)^public [a-z ]*?\b(class|record|interface|enum|struct) (struct )?(?<name>\w+)",
        RegexOptions.Multiline)]
    private static partial Regex UndescribedType();
}
