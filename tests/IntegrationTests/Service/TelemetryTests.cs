using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Libra.Deploy.Application.Telemetry;

namespace Libra.Deploy.IntegrationTests.Service;

/// <summary>Metrics as a scraper reads them, and one trace over request and worker.</summary>
public sealed class TelemetryTests(LibraService service)
{
    [Fact]
    public async Task Metrics_AfterADeployment_HaveEveryNameThatTheDeploymentTouches()
    {
        var project = await service.NewProjectAsync(quota: 1);
        await project.DeployPageAsync("<h1>measured</h1>");
        using var refused = await project.PostAsync(project.Request());
        refused.StatusCode.Should().Be(HttpStatusCode.TooManyRequests);
        var text = "";

        await Eventually.BecomesTrueAsync(
            async () => (text = await service.Admin.GetStringAsync("/metrics", TestContext.Current.CancellationToken))
                .Contains(DeploymentMetrics.QuotaRefusals, StringComparison.Ordinal),
            Eventually.Patience,
            "another reader's answer may be given again for a moment");

        text.Should().MatchRegex("""libra_deployments_total\{[^}]*status="completed"[^}]*\} [1-9]""").And.Contain("category=\"none\"");
        text.Should().MatchRegex("""libra_step_duration_seconds_count\{[^}]*step="deploy"[^}]*\} [1-9]""");
        foreach (var name in new[] { DeploymentMetrics.DeploymentDuration, DeploymentMetrics.QueueWait })
            text.Should().Contain(name);
    }

    [Fact]
    public async Task Metrics_OfWhatIsLookedAtNowAndThen_AppearByThemselves()
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(200));
        var waited = Stopwatch.StartNew();
        string text;
        do
        {
            waited.Elapsed.Should().BeLessThan(TimeSpan.FromSeconds(60));
            await timer.WaitForNextTickAsync(TestContext.Current.CancellationToken);
            text = await service.Admin.GetStringAsync("/metrics", TestContext.Current.CancellationToken);
        }
        while (!text.Contains(DeploymentMetrics.QueueDepth, StringComparison.Ordinal)
            || !text.Contains("dependency=\"database\"", StringComparison.Ordinal));

        text.Should().Contain(DeploymentMetrics.DeadLetters);
    }

    [Fact]
    public async Task Metrics_WithoutCredential_AreRefused()
    {
        using var answer = await service.Stranger.GetAsync("/metrics", TestContext.Current.CancellationToken);

        answer.StatusCode.Should().Be(HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task Trace_OfARequest_GoesOnInTheWorkerAndItsSteps()
    {
        var ended = new ConcurrentBag<Activity>();
        using var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name is DeploymentTraces.SourceName or "Microsoft.AspNetCore",
            Sample = (ref _) => ActivitySamplingResult.AllData,
            ActivityStopped = ended.Add,
        };
        ActivitySource.AddActivityListener(listener);
        var trace = ActivityTraceId.CreateRandom();
        var project = await service.NewProjectAsync();
        using var request = new HttpRequestMessage(HttpMethod.Post, "/deploy")
        {
            Content = JsonContent.Create(project.Request(TestProject.Files(("index.html", "traced")))),
            Headers = { { "traceparent", $"00-{trace}-{ActivitySpanId.CreateRandom()}-01" } },
        };
        using var answer = await service.Admin.SendAsync(request, TestContext.Current.CancellationToken);
        var accepted = await answer.Content.ReadFromJsonAsync<JsonNode>(TestContext.Current.CancellationToken);

        await project.EndOfAsync(accepted!["deploymentId"]!.GetValue<string>());
        await Eventually.BecomesTrueAsync(
            () => ended.Any(activity => activity.OperationName == "deployment attempt" && activity.TraceId == trace),
            Eventually.Patience, "the attempt belongs to the caller's trace");

        ended.Where(activity => activity.TraceId == trace).Select(activity => activity.OperationName)
            .Should().Contain(["step validation", "step deploy", "step cleanup"]);
    }
}
