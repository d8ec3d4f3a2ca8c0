using System.Diagnostics;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;

namespace Libra.Deploy.IntegrationTests.Service;

/// <summary>What the service says about itself is measured: take a part away and it says so.</summary>
public sealed class HealthTests(LibraService service)
{
    private static readonly string[] All = ["database", "queue", "migrations", "workers", "objectStorage", "sandbox", "target"];

    [Fact]
    public async Task Root_ForAProgram_AnswersAsTheOldServiceDid()
    {
        var body = await service.Stranger.GetFromJsonAsync<JsonObject>("/", TestContext.Current.CancellationToken);

        body!.Remove("timestamp").Should().BeTrue();
        body.ToJsonString().Should().Be(
            """{"message":"Libra Deploy V2 Service","service":"Libra Deploy V2","version":"2.0.0","status":"running","architecture":"queue-based","description":"Queue-based deployment service for Libra platform","endpoints":["/deploy","/deploy-status?id=\u003CdeploymentId\u003E","/health","/docs"]}""");
    }

    [Fact]
    public async Task Root_ForABrowser_LeadsToTheConsole()
    {
        using var browser =
            new HttpClient(new HttpClientHandler { AllowAutoRedirect = false }) { BaseAddress = service.Stranger.BaseAddress };
        browser.DefaultRequestHeaders.Accept.ParseAdd("text/html,application/xhtml+xml,*/*;q=0.8");

        using var answer = await browser.GetAsync("/", TestContext.Current.CancellationToken);

        answer.StatusCode.Should().Be(HttpStatusCode.Redirect);
        answer.Headers.Location!.ToString().Should().Be("/console/");
    }

    [Fact]
    public async Task Detailed_WhenAllIsWell_NamesEveryDependencyAndNoSecret()
    {
        var body = await DetailedAsync();
        for (var waited = Stopwatch.StartNew(); body["status"]!.GetValue<string>() != "healthy"; body = await DetailedAsync())
            waited.Elapsed.Should().BeLessThan(TimeSpan.FromMinutes(3), "the first sandbox fetches its tools: {0}", body);

        body["checks"]!.AsObject().Select(check => check.Key).Should().BeEquivalentTo(All);
        body.ToJsonString().Should().NotContain("127.0.0.1").And.NotContain("Password").And.NotContain("/tmp");
    }

    [Fact]
    public async Task Health_WhenTheDatabaseStops_SaysSoWithinTwoSecondsAndRecoversByItself()
    {
        await using var own = await OwnService.StartAsync();
        await UntilAsync(own, "/health", HttpStatusCode.OK);
        await UntilAsync(own, "/health/ready", HttpStatusCode.OK);

        await Promise.IsKeptAsync(TimeSpan.FromSeconds(2), () => StopAndStartDatabaseAsync(own));
    }

    private static async Task<TimeSpan> StopAndStartDatabaseAsync(OwnService own)
    {
        await own.Postgres.StopAsync();
        var since = Stopwatch.StartNew();
        await UntilAsync(own, "/health", HttpStatusCode.ServiceUnavailable);
        await UntilAsync("/health names the database", async () => await DatabaseIsAsync(own, "unhealthy"));
        var told = since.Elapsed;
        await UntilAsync(own, "/health/ready", HttpStatusCode.ServiceUnavailable);
        (await StatusOfAsync(own, "/health/live")).Should().Be(HttpStatusCode.OK, "the process itself is well");

        await own.Postgres.StartAgainAsync(TestContext.Current.CancellationToken);
        await UntilAsync(own, "/health", HttpStatusCode.OK);
        await UntilAsync(own, "/health/ready", HttpStatusCode.OK);
        return told;
    }

    [Fact]
    public async Task Ready_WhenTheServiceStops_FallsWhileItStillAnswers()
    {
        await using var own = await OwnService.StartAsync(("Drain:NoticeSeconds", "3"));
        (await StatusOfAsync(own, "/health/ready")).Should().Be(HttpStatusCode.OK);

        var stopping = own.Host.App.StopAsync(TestContext.Current.CancellationToken);
        await UntilAsync(own, "/health/ready", HttpStatusCode.ServiceUnavailable);

        (await StatusOfAsync(own, "/health/live")).Should().Be(HttpStatusCode.OK);
        await stopping;
    }

    private async Task<JsonNode> DetailedAsync()
    {
        using var answer = await service.Stranger.GetAsync("/health/detailed", TestContext.Current.CancellationToken);
        return (await answer.Content.ReadFromJsonAsync<JsonNode>(TestContext.Current.CancellationToken))!;
    }

    private static async Task<HttpStatusCode> StatusOfAsync(OwnService own, string path)
    {
        using var answer = await own.Client.GetAsync(path, TestContext.Current.CancellationToken);
        return answer.StatusCode;
    }

    private static async Task<bool> DatabaseIsAsync(OwnService own, string state)
    {
        using var answer = await own.Client.GetAsync("/health", TestContext.Current.CancellationToken);
        var body = await answer.Content.ReadFromJsonAsync<JsonNode>(TestContext.Current.CancellationToken);
        return body!["checks"]!["database"]!.GetValue<string>() == state;
    }

    private static Task UntilAsync(OwnService own, string path, HttpStatusCode expected) =>
        UntilAsync($"{path} answers {expected}", async () => await StatusOfAsync(own, path) == expected);

    // Each dependency is asked on its own, and what was found counts for a moment: they fall and rise one after the other.
    private static Task UntilAsync(string what, Func<Task<bool>> isSo) =>
        Eventually.BecomesTrueAsync(isSo, TimeSpan.FromSeconds(30), what);
}
