using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Libra.Deploy.IntegrationTests.Access;
using Libra.Deploy.IntegrationTests.Cloudflare.Double;
using Libra.Deploy.IntegrationTests.Persistence;
using Libra.Deploy.IntegrationTests.Service;
using Microsoft.AspNetCore.Http;

namespace Libra.Deploy.IntegrationTests.Quotas;

/// <summary>
/// What a deployment costs whose target fails again and again: the whole service, a double of Cloudflare, and a site that visitors reach
/// only at the attempt that the test names.
/// </summary>
public sealed class ChargeOfAttemptsTests(TestPostgres server) : IAsyncLifetime
{
    private const int Left = 10;
    private const int EdgeHasNoSite = 530;

    private CloudflareDouble _cloudflare = null!;
    private PlatformStage _stage = null!;

    public async ValueTask InitializeAsync()
    {
        _cloudflare = await CloudflareDouble.StartAsync();
        _stage = await PlatformStage.SetAsync(server, projects: 1, Left);
    }

    public async ValueTask DisposeAsync()
    {
        await _stage.DisposeAsync();
        await _cloudflare.DisposeAsync();
    }

    [Fact]
    public async Task Deployment_RetriedThreeTimes_CostsOne()
    {
        var end = await DeployAsync(reachableAtAttempt: 4);

        end["status"]!.GetValue<string>().Should().Be("completed", "{0}", end);
        end["attempt"]!.GetValue<int>().Should().Be(4);
        (await _stage.LeftAsync()).Should().Be(Left - 1);
        (await _stage.ChargesAsync()).Should().Be(1);
    }

    [Fact]
    public async Task Deployment_FailedForAReasonThatIsNotTheUsers_CostsNothingInTheEnd()
    {
        var end = await DeployAsync(reachableAtAttempt: int.MaxValue);

        end["status"]!.GetValue<string>().Should().Be("failed", "{0}", end);
        end["error"]!["category"]!.GetValue<string>().Should().Be("provider");
        end["attempt"]!.GetValue<int>().Should().Be(4);
        (await _stage.LeftAsync()).Should().Be(Left);
        (await _stage.ChargesAsync()).Should().Be(0);
        (await _stage.AskAsync<long>("SELECT count(*) FROM deploy.quota_charges"))
            .Should().Be(1, "the ledger remembers what was given back");
    }

    /// <summary>Deploys one page with one proof an attempt, and waits for the end.</summary>
    private async Task<JsonNode> DeployAsync(int reachableAtAttempt)
    {
        var visits = 0;
        await using var internet = await StubServer.StartAsync(async visit =>
        {
            if (Interlocked.Increment(ref visits) < reachableAtAttempt) visit.Response.StatusCode = EdgeHasNoSite;
            else await visit.Response.WriteAsync("<h1>page</h1>");
        });
        // Whatever is not on this machine is reached through a proxy, which here is all the internet there is.
        var service = await _stage.StartAsync(Settings(), [("http_proxy", internet.Url.ToString()), ("no_proxy", "127.0.0.1,localhost")]);
        using var client = service.ClientWith(_stage.Token);
        using var accepted = await PlatformStage.DeployAsync(client, "p1");
        var id = (await accepted.Content.ReadFromJsonAsync<JsonNode>())!["deploymentId"]!.GetValue<string>();

        JsonNode status = null!;
        await Eventually.BecomesTrueAsync(
            async () =>
            {
                status = (await client.GetFromJsonAsync<JsonNode>($"/deploy/{id}/status"))!;
                return status["status"]!.GetValue<string>() is "completed" or "failed";
            },
            TimeSpan.FromMinutes(2),
            "four attempts take seconds");
        return status;
    }

    private (string, string)[] Settings() =>
    [
        ("Host:Roles", "api,worker"),
        ("Host:SandboxProvider", "process"), // a page needs no build
        ("Deployments:RetryDelay", "00:00:00.050"),
        ("Cloudflare:AccountId", CloudflareDouble.AccountId),
        ("Cloudflare:ApiToken", CloudflareDouble.Token),
        ("Cloudflare:ApiBaseUrl", _cloudflare.BaseUrl.ToString()),
        ("Cloudflare:DispatcherUrl", "http://sites.example"),
        ("Cloudflare:VerifyPatience", "00:00:00"),
    ];
}
