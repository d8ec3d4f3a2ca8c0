using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Libra.Deploy.IntegrationTests.Cloudflare.Double;

namespace Libra.Deploy.IntegrationTests.Service;

/// <summary>
/// Take the target away in each way in which it goes, and whoever looks is told within seconds; give it back, and they are told that.
/// </summary>
public sealed class TargetOutageTests
{
    // Twice what the option allows an outage to go unseen, the measurement's own rhythm, and a try that hangs to its limit.
    private static readonly TimeSpan Seconds = TimeSpan.FromSeconds(30);
    private const int Many = 1_000;

    [Fact]
    public async Task Cloudflare_WhenItGoesAndComesBack_IsToldEverywhere()
    {
        var port = FixedPorts.Take(); // where it comes back to
        var cloudflare = await CloudflareDouble.StartAsync(port);
        await using var own = await OwnProcess.StartAsync(
            ("Cloudflare:AccountId", CloudflareDouble.AccountId),
            ("Cloudflare:ApiToken", CloudflareDouble.Token),
            ("Cloudflare:ApiBaseUrl", cloudflare.BaseUrl.ToString()),
            ("Cloudflare:CheckValidity", "00:00:02"));
        await IsToldWellAsync(own);

        await cloudflare.DisposeAsync();
        await IsToldIllAsync(own, "TARGET_UNAVAILABLE"); // refused connections
        await using var back = await CloudflareDouble.StartAsync(port);
        await IsToldWellAsync(own);

        back.Fail("dispatch namespace", Fault.Silent(new TaskCompletionSource()), Many);
        await IsToldIllAsync(own, "No answer within 5 s.");
        back.Recover();
        await IsToldWellAsync(own);

        back.Fail("dispatch namespace", Fault.Code(401, 1000, "Invalid API Token"), Many);
        await IsToldIllAsync(own, "CLOUDFLARE_API_TOKEN");
        back.Recover();
        await IsToldWellAsync(own);
    }

    private static async Task IsToldWellAsync(OwnProcess own)
    {
        await DetailedAsync(own, "healthy", "takes deployments.");
        await MetricAsync(own, 1);
    }

    private static async Task IsToldIllAsync(OwnProcess own, string reason)
    {
        await DetailedAsync(own, "unhealthy", reason);
        await MetricAsync(own, 0);
        await Eventually.BecomesTrueAsync(
            async () => (string?)(await own.Client.GetFromJsonAsync<JsonNode>("/health/detailed", TestContext.Current.CancellationToken))!
                ["status"] == "degraded",
            Seconds, "a target alone makes nothing unhealthy");
        foreach (var path in new[] { "/health", "/health/ready", "/console/" })
        {
            await Eventually.BecomesTrueAsync(
                async () =>
                {
                    using var answer = await own.Client.GetAsync(path, TestContext.Current.CancellationToken);
                    return answer.StatusCode == HttpStatusCode.OK;
                },
                Seconds, $"{path}: deployments are still accepted, and wait for the target");
        }
    }

    private static Task DetailedAsync(OwnProcess own, string status, string message) => Eventually.BecomesTrueAsync(
        async () =>
        {
            var body = await own.Client.GetFromJsonAsync<JsonNode>("/health/detailed", TestContext.Current.CancellationToken);
            var target = body!["checks"]!["target"]!;
            return (string?)target["status"] == status && ((string)target["message"]!).Contains(message, StringComparison.Ordinal);
        },
        Seconds, $"/health/detailed should call the target {status}: {message}");

    private static Task MetricAsync(OwnProcess own, int value) => Eventually.BecomesTrueAsync(
        async () => (await own.Client.GetStringAsync("/metrics", TestContext.Current.CancellationToken))
            .Contains($$"""dependency="target"} {{value}}""", StringComparison.Ordinal),
        Seconds, $"/metrics should say {value} of the target");
}
