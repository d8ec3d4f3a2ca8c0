using System.Text.RegularExpressions;
using Libra.Deploy.Application.Deployments.Pipeline;
using Libra.Deploy.Domain.Access;
using Libra.Deploy.Domain.Deployments;
using Libra.Deploy.WebApi.Http;

namespace Libra.Deploy.ArchitectureTests;

/// <summary>docs/api.md and the requests in docs/http name what the service answers, all of it and nothing else.</summary>
public sealed partial class ApiDocumentTests
{
    private const string Document = "docs/api.md";
    private const string Update = "LIBRA_UPDATE_DOCS";
    private const string TableStart = "<!-- routes: written by `LIBRA_UPDATE_DOCS=1 dotnet test --project tests/ArchitectureTests` -->\n";
    private const string TableEnd = "<!-- end of routes -->";

    /// <summary>Codes that never leave the service: the answer to them is to stop.</summary>
    private static readonly string[] Inner = ["LEASE_LOST"];

    /// <summary>Set by the aggregate itself and not by a cause.</summary>
    private static readonly string[] SetByTheDomain = ["DEPLOYMENT_CANCELLED"];

    [Fact]
    public void RouteTable_IsThatOfTheService()
    {
        var page = Repository.Read(Document);
        var expected = TableStart + TableOfRoutes() + TableEnd;
        if (Environment.GetEnvironmentVariable(Update) is not null)
        {
            page = Table().Replace(page, expected.Replace("$", "$$", StringComparison.Ordinal));
            Repository.Write(Document, page);
        }

        MappedRoutes.All.Should().HaveCountGreaterThan(20);
        Table().Match(page).Value.Should().Be(expected, $"{Update}=1 writes the table anew");
    }

    [Fact]
    public void RequestFiles_AskEveryRouteAndNoOther()
    {
        var requests = Repository.Files("docs/http", "*.http").SelectMany(file => Request().Matches(file.Text)).ToList();
        var answered = requests.ToLookup(
            request => RouteOf(request.Groups["method"].Value, request.Groups["path"].Value), request => request.Value);

        answered[null].Should().BeEmpty("no route answers these");
        MappedRoutes.All.Where(route => !answered.Contains(route)).Select(route => route.ToString())
            .Should().BeEmpty("docs/http has no request for these");
    }

    [Fact]
    public void WordsThatClientsRead_AreInTheDocument()
    {
        var page = Repository.Read(Document);
        string[] words =
        [
            .. DeploymentSteps.InOrder.Select(step => step.WireName()),
            .. Enum.GetValues<DeploymentStatus>().Select(status => status.WireName()),
            .. DeadLetterReasons.All,
            .. Scopes.All,
        ];

        words.Where(word => !page.Contains($"`{word}`", StringComparison.Ordinal)).Should().BeEmpty();
    }

    [Fact]
    public void RefusalTable_HasTheCodesAndStatusesOfTheService()
    {
        var documented = Refusal().Matches(Repository.Read(Document))
            .Select(row => (row.Groups["code"].Value, int.Parse(row.Groups["status"].Value, null)));

        documented.Should().BeEquivalentTo(ProblemTable.Codes.Select(code => (code, ProblemTable.Of(code).Status)));
    }

    [Fact]
    public void FailureTable_HasTheCodesOfTheCauses()
    {
        var documented = Failure().Matches(Repository.Read(Document)).Select(row => row.Groups["code"].Value);

        documented.Should().BeEquivalentTo(FailureCauses.Categories.Keys.Union(SetByTheDomain).Except(ProblemTable.Codes));
    }

    [Fact]
    public void EveryCode_ThatTheSourceMakes_IsDocumented()
    {
        var page = Repository.Read(Document);
        var codes = Repository.Files("src", "*.cs").SelectMany(file => CodeMade().Matches(file.Text))
            .Select(made => made.Groups["code"].Value).Distinct().ToList();

        codes.Should().HaveCountGreaterThan(15);
        codes.Except(Inner).Where(code => !page.Contains($"`{code}`", StringComparison.Ordinal)).Should().BeEmpty();
    }

    private static string TableOfRoutes() => "| | needs | |\n| --- | --- | --- |\n" + string.Concat(MappedRoutes.All.Select(route =>
        $"| `{route}` | {(route.Scope is null ? "nothing" : $"`{route.Scope}`")} | {route.Summary} |\n"));

    private static MappedRoute? RouteOf(string method, string path) =>
        MappedRoutes.All.Where(route => route.Fits(method, path)).MaxBy(route => route.Literals);

    [GeneratedRegex(@"<!-- routes: [^\n]*\n.*?<!-- end of routes -->", RegexOptions.Singleline)]
    private static partial Regex Table();

    [GeneratedRegex(@"^(?<method>GET|POST|PUT|PATCH|DELETE) \{\{host\}\}(?<path>/[^\s?]*)", RegexOptions.Multiline)]
    private static partial Regex Request();

    [GeneratedRegex(@"^\| `(?<code>[A-Z_]+)` \| (?<status>\d{3}) \|", RegexOptions.Multiline)]
    private static partial Regex Refusal();

    [GeneratedRegex(@"^\| `(?<code>[A-Z_]+)` \| (user|provider|platform|quota)\b", RegexOptions.Multiline)]
    private static partial Regex Failure();

    [GeneratedRegex(@"\bError\.[A-Z][a-z]+\(\s*""(?<code>[A-Z][A-Z_]+)""|\bSandboxException\(\s*""(?<code>[A-Z][A-Z_]+)""")]
    private static partial Regex CodeMade();
}
