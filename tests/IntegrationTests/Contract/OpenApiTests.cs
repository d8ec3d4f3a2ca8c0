using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Libra.Deploy.IntegrationTests.Http;
using Libra.Deploy.IntegrationTests.Service;
using Libra.Deploy.WebApi.Access;
using Libra.Deploy.WebApi.Http;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Libra.Deploy.IntegrationTests.Contract;

/// <summary>
/// The description is whole: every route is in it, with who may call it, what it takes, every answer, and examples that are true.
/// </summary>
public sealed partial class OpenApiTests(LibraService service) : IAsyncLifetime
{
    // Pages for people and what they are made of: nobody calls these by a description.
    private static readonly string[] NotDescribed = ["/hangfire", "/console", "/docs", "/openapi.json"];

    private OpenApiDescription _api = null!;

    public async ValueTask InitializeAsync() => _api = await OpenApiDescription.ReadAsync(service);

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    [Fact]
    public void EveryRoute_IsDescribed()
    {
        var described = _api.Operations.Select(operation => $"{operation.Method} {operation.Path}");

        described.Should().BeEquivalentTo(
            Routes().SelectMany(route => MethodsOf(route).Select(method => $"{method} {PathOf(route)}")));
    }

    [Fact]
    public void EveryOperation_HasANameASummaryATagAndItsAccess()
    {
        var decisions = Routes().ToDictionary(
            route => $"{MethodsOf(route).First()} {PathOf(route)}", route => route.Metadata.GetRequiredMetadata<RouteDecision>());
        foreach (var operation in _api.Operations)
        {
            operation.Json["operationId"].Should().NotBeNull(operation.Id);
            operation.Json["summary"].Should().NotBeNull(operation.Id);
            operation.Json["tags"]!.AsArray().Should().ContainSingle(operation.Id);
            var scope = decisions[$"{operation.Method} {operation.Path}"].Scope;
            operation.Json["security"]?.AsArray().Count.Should().Be(scope is null ? 0 : 2, operation.Id);
            if (scope is not null) ((string)operation.Json["description"]!).Should().Contain(scope, operation.Id);
        }

        _api.Operations.Select(operation => operation.Id).Should().OnlyHaveUniqueItems();
    }

    [Fact]
    public void EveryAnswer_SaysWhatItHolds()
    {
        foreach (var operation in _api.Operations)
        {
            operation.Answers.Should().Contain(answer => answer.Status < 300, operation.Id);
            foreach (var (status, answer) in operation.Answers)
            {
                ((string?)answer["description"]).Should().NotBeNullOrEmpty("{0} {1}", operation.Id, status);
                if (status is not (302 or 304)) answer["content"]!.AsObject().Should().NotBeEmpty("{0} {1}", operation.Id, status);
            }
        }
    }

    [Fact]
    public void EveryParameter_SaysWhatItMeans()
    {
        foreach (var operation in _api.Operations)
        {
            operation.Parameters.Where(parameter => parameter["description"] is null || parameter["schema"] is null)
                .Should().BeEmpty(operation.Id);
            operation.Parameters.Count(parameter => (string?)parameter["in"] == "path")
                .Should().Be(operation.Path.Count(c => c == '{'), operation.Id);
        }
    }

    [Fact]
    public void EveryJsonBody_HasExamplesThatFitItsSchema()
    {
        var problems =
            from operation in _api.Operations
            from body in operation.JsonBodies
            let examples = ExamplesOf(body.Media).ToList()
            from problem in examples.Count == 0
                ? ["has no example"]
                : examples.SelectMany(example => _api.Schema.Problems(body.Media["schema"]!, example))
            select $"{operation.Id} {body.Where}: {problem}";

        problems.Should().BeEmpty();
    }

    [Fact]
    public void EveryErrorCode_IsTheExampleOfSomeRefusal()
    {
        // These arise before a route is found, or are no refusal of a request at all.
        string[] ofNoRoute = [ProblemCodes.MethodNotAllowed, ProblemCodes.RequestTimeout];
        var shown = _api.Operations.SelectMany(operation => operation.JsonBodies).SelectMany(body => ExamplesOf(body.Media))
            .Select(example => (string?)example?["code"]);

        ProblemTable.Codes.Except(ofNoRoute).Except(shown.OfType<string>()).Should().BeEmpty();
    }

    [Fact]
    public async Task Reference_ForPeople_LoadsNothingFromElsewhere()
    {
        using var browser = service.Stranger;
        using var page = await browser.GetAsync("/docs/", TestContext.Current.CancellationToken);
        var loaded = LoadedFiles().Matches(await page.Content.ReadAsStringAsync()).Select(match => match.Groups["address"].Value).ToList();

        page.Header("Content-Security-Policy").Should().StartWith("default-src 'none'; script-src 'self'");
        loaded.Should().NotBeEmpty().And.NotContain(
            address => address.Contains("//"), "the reference works where nothing else can be reached");
        foreach (var file in loaded)
        {
            using var answer = await browser.GetAsync(
                new Uri(page.RequestMessage!.RequestUri!, file), TestContext.Current.CancellationToken);
            answer.IsSuccessStatusCode.Should().BeTrue(file);
        }
    }

    [GeneratedRegex("<(?:script|link|img)[^>]* (?:src|href)=\"(?<address>[^\"]+)\"")]
    private static partial Regex LoadedFiles();

    private static IEnumerable<JsonNode?> ExamplesOf(JsonObject media) =>
        media["examples"]?.AsObject().Select(example => example.Value!["value"]) ?? (media["example"] is { } one ? [one] : []);

    private IEnumerable<RouteEndpoint> Routes() =>
        service.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
        .Where(route => !NotDescribed.Any(page => PathOf(route).StartsWith(page, StringComparison.Ordinal)));

    private static IEnumerable<string> MethodsOf(RouteEndpoint route) =>
        route.Metadata.GetRequiredMetadata<IHttpMethodMetadata>().HttpMethods.Where(method => method != HttpMethods.Head);

    private static string PathOf(RouteEndpoint route) => "/" + route.RoutePattern.RawText!.Trim('/');
}
