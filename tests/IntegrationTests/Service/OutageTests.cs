using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;

namespace Libra.Deploy.IntegrationTests.Service;

/// <summary>Take a part away, and health, readiness, status and metrics say so within seconds; give it back, and they say that.</summary>
public sealed class OutageTests
{
    private static readonly TimeSpan Seconds = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task ObjectStore_WhenItGoesAndComesBack_IsToldEverywhere()
    {
        await using var own = await OwnProcess.StartAsync();
        await BecomesAsync(own, "/health/ready", HttpStatusCode.OK);

        var away = own.ObjectFolder + ".away";
        Directory.Move(own.ObjectFolder, away);
        await File.WriteAllTextAsync(own.ObjectFolder, "no folder any more", TestContext.Current.CancellationToken);

        await BecomesAsync(own, "/health/ready", HttpStatusCode.ServiceUnavailable);
        await SaysAsync(own, "/metrics", """dependency="objectStorage"} 0""");
        var detailed = await own.Client.GetFromJsonAsync<JsonNode>("/health/detailed", TestContext.Current.CancellationToken);
        ((string?)detailed!["status"]).Should().Be("degraded");
        ((string?)detailed["checks"]!["objectStorage"]!["status"]).Should().Be("unhealthy");
        await BecomesAsync(own, "/health", HttpStatusCode.OK); // it still answers and accepts

        File.Delete(own.ObjectFolder);
        Directory.Move(away, own.ObjectFolder);
        await BecomesAsync(own, "/health/ready", HttpStatusCode.OK);
        await SaysAsync(own, "/metrics", """dependency="objectStorage"} 1""");
    }

    [Fact]
    public async Task ObjectStore_WhenItIsAway_TakesTheLogAndNotTheStatus()
    {
        await using var own = await OwnProcess.StartAsync();
        var project = new JsonObject { ["organizationId"] = "org", ["userId"] = "user", ["templateType"] = "static" };
        (await own.Client.PutAsJsonAsync("/projects/shop", project)).EnsureSuccessStatusCode();
        (await own.Client.PutAsJsonAsync("/organizations/org/limits", new JsonObject { ["deployLimit"] = 10 })).EnsureSuccessStatusCode();
        using var accepted = await own.Client.PostAsJsonAsync(
            "/deploy", new JsonObject { ["projectId"] = "shop", ["orgId"] = "org", ["userId"] = "user" });
        var id = (string?)(await accepted.Content.ReadFromJsonAsync<JsonNode>(TestContext.Current.CancellationToken))!["deploymentId"];

        Directory.Move(own.ObjectFolder, own.ObjectFolder + ".away");
        await File.WriteAllTextAsync(own.ObjectFolder, "no folder any more", TestContext.Current.CancellationToken);

        using var log = await own.Client.GetAsync($"/deploy/{id}/logs", TestContext.Current.CancellationToken);
        log.StatusCode.Should().Be(HttpStatusCode.ServiceUnavailable);
        log.Headers.RetryAfter!.Delta.Should().Be(TimeSpan.FromSeconds(5));
        ((string?)(await log.Content.ReadFromJsonAsync<JsonNode>(TestContext.Current.CancellationToken))!["code"])
            .Should().Be("SERVICE_UNAVAILABLE");
        var legacy = await own.Client.GetFromJsonAsync<JsonNode>($"/deploy-status?id={id}", TestContext.Current.CancellationToken);
        ((string?)legacy!["deploymentId"]).Should().Be(id);
        legacy["logs"]!.AsArray().Should().BeEmpty();
    }

    [Fact]
    public async Task Database_WhenItGoesAndComesBack_IsToldByStatusAndMetrics()
    {
        await using var own = await OwnProcess.StartAsync();
        await BecomesAsync(own, "/status", HttpStatusCode.OK);
        await BecomesAsync(own, "/metrics", HttpStatusCode.OK);

        await own.Postgres.StopAsync();
        await BecomesAsync(own, "/status", HttpStatusCode.ServiceUnavailable);
        await BecomesAsync(own, "/status/queue", HttpStatusCode.ServiceUnavailable);
        await SaysAsync(own, "/metrics", """dependency="database"} 0""");
        (await StatusOfAsync(own, "/console/")).Should().Be(HttpStatusCode.OK, "the page is there to tell");

        await own.Postgres.StartAgainAsync(TestContext.Current.CancellationToken);
        await BecomesAsync(own, "/status", HttpStatusCode.OK);
        await BecomesAsync(own, "/status/queue", HttpStatusCode.OK);
    }

    private static Task BecomesAsync(OwnProcess own, string path, HttpStatusCode expected) => Eventually.BecomesTrueAsync(
        async () => await StatusOfAsync(own, path) == expected, Seconds, $"{path} should answer {expected}");

    private static Task SaysAsync(OwnProcess own, string path, string text) => Eventually.BecomesTrueAsync(
        async () => (await own.Client.GetStringAsync(path, TestContext.Current.CancellationToken)).Contains(text, StringComparison.Ordinal),
        Seconds, $"{path} should say {text}");

    private static async Task<HttpStatusCode> StatusOfAsync(OwnProcess own, string path)
    {
        using var answer = await own.Client.GetAsync(path, TestContext.Current.CancellationToken);
        return answer.StatusCode;
    }
}
