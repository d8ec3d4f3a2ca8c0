using System.Net;
using System.Text.Json.Nodes;
using Libra.Deploy.IntegrationTests.Http;
using Libra.Deploy.WebApi.Access;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Libra.Deploy.IntegrationTests.Access;

/// <summary>Every route of the running service, asked by everyone who should and should not get in.</summary>
public sealed class AccessMatrixTests(MatrixStage stage) : IClassFixture<MatrixStage>
{
    private static readonly HttpStatusCode[] NeverTheRightOnes =
        [HttpStatusCode.BadRequest, HttpStatusCode.Unauthorized, HttpStatusCode.Forbidden, HttpStatusCode.NotFound,
            HttpStatusCode.MethodNotAllowed];

    public static TheoryData<string, Who> Cells =>
        new(AccessMatrix.Rows.SelectMany(row => Enum.GetValues<Who>().Select(who => (row.Route, who))));

    [Fact]
    public void EveryRouteOfTheService_HasOneRowAndTheScopeThatTheRowSays()
    {
        var routes = Routes().ToList();

        routes.Should().HaveCountGreaterThan(AccessMatrix.Rows.Count / 2, "a rule over no routes always passes");
        foreach (var (route, scope) in routes)
        {
            var row = RowOf(route);
            row.Should().NotBeNull("{0} is not in the matrix", route);
            row!.Scope.Should().Be(scope, route);
        }
    }

    [Fact]
    public void EveryRow_IsARouteOfTheService()
    {
        var routes = Routes().Select(route => route.Name).ToList();

        AccessMatrix.Rows.Where(row => !routes.Any(row.Covers)).Select(row => row.Route).Should().BeEmpty();
    }

    [Theory]
    [MemberData(nameof(Cells))]
    public async Task Route_AskedBy_LetsInOnlyWhoMay(string route, Who who)
    {
        var row = RowOf(route)!;
        var ids = await stage.IdsAsync();
        using var client = await stage.ClientAsync(who, row);

        using var answer = await SendInTurnAsync(client, row, ids);

        var why = $"{who} asks for {route} and gets {(int)answer.StatusCode}";
        if (row.Scope is null) answer.StatusCode.Should().NotBe(HttpStatusCode.Unauthorized, why);
        else if (who == Who.Stranger) answer.StatusCode.Should().Be(HttpStatusCode.Unauthorized, why);
        else if (who == Who.WithoutTheScope) answer.StatusCode.Should().Be(HttpStatusCode.Forbidden, why);
        else if (row.Foreign == ToForeigners.NeedsItsForm) answer.StatusCode.Should().Be(HttpStatusCode.BadRequest, why);
        else if (who == Who.Foreigner) await JudgeForeignerAsync(client, row, ids, answer, why);
        else ExpectLetIn(answer, why);
    }

    private static void ExpectLetIn(HttpResponseMessage answer, string why)
    {
        NeverTheRightOnes.Should().NotContain(answer.StatusCode, why);
        ((int)answer.StatusCode).Should().BeLessThan(500, why);
    }

    private static async Task JudgeForeignerAsync(
        HttpClient foreigner, MatrixRow row, MatrixIds ids, HttpResponseMessage answer, string why)
    {
        if (row.Foreign == ToForeigners.Refused)
        {
            answer.StatusCode.Should().Be(HttpStatusCode.Forbidden, why);
            return;
        }

        var text = await answer.Content.ReadAsStringAsync();
        switch (row.Foreign)
        {
            case ToForeigners.LooksMissing:
                using (var missing = await SendAsync(foreigner, row, MatrixIds.OfNothing))
                {
                    answer.StatusCode.Should().Be(HttpStatusCode.NotFound, why);
                    missing.StatusCode.Should().Be(HttpStatusCode.NotFound, why);
                    Comparable(text, ids).Should().Be(Comparable(await missing.Content.ReadAsStringAsync(), MatrixIds.OfNothing), why);
                }

                break;
            case ToForeigners.RefusedInside:
                answer.StatusCode.Should().Be(HttpStatusCode.OK, why);
                JsonNode.Parse(text)!["results"]!.AsArray().Should().OnlyContain(result => (string?)result!["code"] == "FORBIDDEN", why);
                break;
            default:
                answer.StatusCode.Should().Be(HttpStatusCode.OK, why);
                ids.All.Where(id => text.Contains(id, StringComparison.Ordinal)).Should().BeEmpty(why);
                break;
        }
    }

    private static string Comparable(string answer, MatrixIds ids)
    {
        var body = JsonNode.Parse(ids.Erase(answer))!.AsObject();
        body.Remove("requestId").Should().BeTrue();
        body.Remove("timestamp").Should().BeTrue();
        return body.ToJsonString();
    }

    // One clean-up at a time is let in, and other tests ask for them too.
    private static async Task<HttpResponseMessage> SendInTurnAsync(HttpClient client, MatrixRow row, MatrixIds ids)
    {
        HttpResponseMessage answer = null!;
        await Eventually.BecomesTrueAsync(
            async () =>
            {
                answer = await SendAsync(client, row, ids);
                return row.Route != "POST /status/cleanup" || answer.StatusCode != HttpStatusCode.Conflict;
            },
            Eventually.Patience, "a clean-up ends");
        return answer;
    }

    // Only the head of the answer is waited for: a stream of log lines need not end.
    private static async Task<HttpResponseMessage> SendAsync(HttpClient client, MatrixRow row, MatrixIds ids)
    {
        var (path, body) = row.Request(ids);
        using var request = new HttpRequestMessage(row.Method, path) { Content = body };
        return await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, TestContext.Current.CancellationToken);
    }

    // An exact row before one with a star.
    private static MatrixRow? RowOf(string route) =>
        AccessMatrix.Rows.Where(row => row.Covers(route)).OrderByDescending(row => row.Route == route).FirstOrDefault();

    private IEnumerable<(string Name, string? Scope)> Routes() =>
        from route in stage.Service.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
        from method in MethodsOf(route)
        select ($"{method} {PathOf(route)}", route.Metadata.GetRequiredMetadata<RouteDecision>().Scope);

    // HEAD is the same endpoint as GET, behind the same check.
    private static IEnumerable<string> MethodsOf(RouteEndpoint route) =>
        route.Metadata.GetMetadata<IHttpMethodMetadata>()?.HttpMethods.Where(method => method != HttpMethods.Head) ?? ["*"];

    private static string PathOf(RouteEndpoint route) => "/" + route.RoutePattern.RawText!.Trim('/');
}
