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
        (await StatusOfAsync(own, "/health")).Should().Be(HttpStatusCode.OK, "it still answers and accepts");

        File.Delete(own.ObjectFolder);
        Directory.Move(away, own.ObjectFolder);
        await BecomesAsync(own, "/health/ready", HttpStatusCode.OK);
        await SaysAsync(own, "/metrics", """dependency="objectStorage"} 1""");
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
