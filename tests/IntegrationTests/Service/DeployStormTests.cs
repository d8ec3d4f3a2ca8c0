using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Libra.Deploy.IntegrationTests.Persistence;
using Libra.Deploy.IntegrationTests.Quotas;

namespace Libra.Deploy.IntegrationTests.Service;

/// <summary>Hundreds of clients at once, over HTTP, against the built service on the platform's own tables.</summary>
public sealed class DeployStormTests(TestPostgres server)
{
    private const int Projects = 100;
    private const int Requests = 500;
    private static readonly (string, string)[] WithoutRateLimit = [("RateLimit:Limit", "0")];

    [Fact]
    public async Task TwoHundredRequests_ForOneProject_AcceptExactlyOne()
    {
        await using var stage = await PlatformStage.SetAsync(server, projects: 1, left: 1000);
        using var client = (await stage.StartAsync(WithoutRateLimit)).ClientWith(stage.Token);

        var answers = await QuotaBooks.AtOnceAsync(200, _ => SendAsync(client, "p1"));

        answers.Count(answer => answer!.Status == HttpStatusCode.OK).Should().Be(1);
        answers.Count(answer => answer!.Status == HttpStatusCode.Conflict).Should().Be(199);
        answers.Where(answer => answer!.Status == HttpStatusCode.Conflict)
            .Should().OnlyContain(answer => answer!.Code == "DEPLOYMENT_IN_PROGRESS");
        (await stage.LeftAsync()).Should().Be(999);
        await ExpectBooksToAgreeAsync(stage, charged: 1);
    }

    [Fact]
    public async Task FiveHundredRequests_OverAHundredProjectsWithFortyLeft_AcceptExactlyForty()
    {
        await using var stage = await PlatformStage.SetAsync(server, Projects, left: 40);
        using var client = (await stage.StartAsync(WithoutRateLimit)).ClientWith(stage.Token);

        var answers = await QuotaBooks.AtOnceAsync(Requests, i => SendAsync(client, $"p{i % Projects + 1}"));

        answers.Count(answer => answer!.Status == HttpStatusCode.OK).Should().Be(40);
        answers.Where(answer => answer!.Status != HttpStatusCode.OK).Should().OnlyContain(answer =>
            answer!.Status == HttpStatusCode.Conflict && answer.Code == "DEPLOYMENT_IN_PROGRESS"
            || answer.Status == HttpStatusCode.TooManyRequests && answer.Code == "DEPLOYMENT_QUOTA_EXCEEDED");
        (await stage.LeftAsync()).Should().Be(0);
        await ExpectBooksToAgreeAsync(stage, charged: 40);
    }

    [Fact]
    public async Task Kill_InTheMiddleOfAStorm_LeavesNoChargeWithoutADeploymentAndNoDeploymentWithoutACharge()
    {
        const int Left = 1000;
        int[] kills = [1, 8, 25];
        await using var stage = await PlatformStage.SetAsync(server, Projects * kills.Length, Left);
        var promised = new HashSet<string>();
        foreach (var (storm, killAfter) in kills.Index())
        {
            var answers = await StormUntilKilledAsync(stage, storm, killAfter);

            answers.Should().Contain((Answer?)null, "the service died under them");
            promised.UnionWith(
                answers.OfType<Answer>().Where(answer => answer.Status == HttpStatusCode.OK).Select(answer => answer.DeploymentId!));
            await stage.QuietAsync();
            var charged = await stage.ChargesAsync();
            charged.Should().BeGreaterThanOrEqualTo(promised.Count);
            (await stage.LeftAsync()).Should().Be(Left - (int)charged);
            await ExpectBooksToAgreeAsync(stage, charged);
        }

        (await stage.AskAsync<long>("SELECT count(*) FROM deploy.deployments WHERE id = ANY($1)", (object)promised.ToArray()))
            .Should().Be(promised.Count, "accepted means accepted");
        await ExpectEveryProjectToBeDeployableOnceAsync(stage, Projects * kills.Length, Left);
    }

    // Each storm has projects of its own: of those that an earlier one had accepted, too few might be left to come to the kill.
    private static async Task<IReadOnlyList<Answer?>> StormUntilKilledAsync(PlatformStage stage, int storm, int killAfter)
    {
        var service = await stage.StartAsync(WithoutRateLimit);
        using var client = service.ClientWith(stage.Token);
        var accepted = 0;
        return await QuotaBooks.AtOnceAsync(Requests, async i =>
        {
            var answer = await SendAsync(client, $"p{storm * Projects + i % Projects + 1}");
            if (answer?.Status == HttpStatusCode.OK && Interlocked.Increment(ref accepted) == killAfter) await service.KillAsync();
            return answer;
        });
    }

    private static async Task ExpectEveryProjectToBeDeployableOnceAsync(PlatformStage stage, int projects, int left)
    {
        using var client = (await stage.StartAsync(WithoutRateLimit)).ClientWith(stage.Token);

        var answers = await QuotaBooks.AtOnceAsync(projects, i => SendAsync(client, $"p{i + 1}"));

        answers.Should().OnlyContain(answer => answer!.Status == HttpStatusCode.OK || answer.Status == HttpStatusCode.Conflict);
        (await stage.LeftAsync()).Should().Be(left - projects);
        await ExpectBooksToAgreeAsync(stage, charged: projects);
    }

    private static async Task ExpectBooksToAgreeAsync(PlatformStage stage, long charged)
    {
        (await stage.ChargesAsync()).Should().Be(charged);
        (await stage.DeploymentsAsync()).Should().Be(charged);
        (await stage.UnmatchedAsync()).Should().Be(0);
    }

    /// <returns>Null when the service was gone before it had answered.</returns>
    private static async Task<Answer?> SendAsync(HttpClient client, string project)
    {
        try
        {
            using var response = await PlatformStage.DeployAsync(client, project);
            var body = (await response.Content.ReadFromJsonAsync<JsonNode>())!;
            return new Answer(response.StatusCode, (string?)body["code"], (string?)body["deploymentId"]);
        }
        catch (HttpRequestException)
        {
            return null;
        }
    }

    private sealed record Answer(HttpStatusCode Status, string? Code, string? DeploymentId);
}
