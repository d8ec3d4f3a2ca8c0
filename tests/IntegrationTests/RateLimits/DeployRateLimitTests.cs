using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Libra.Deploy.IntegrationTests.Http;
using Libra.Deploy.IntegrationTests.Persistence;
using Libra.Deploy.IntegrationTests.Service;

namespace Libra.Deploy.IntegrationTests.RateLimits;

/// <summary>The limit as clients meet it: over HTTP, and on two nodes of one database.</summary>
public sealed class DeployRateLimitTests(TestPostgres server) : IAsyncLifetime
{
    private PlatformStage _stage = null!;
    private HttpClient _first = null!;
    private HttpClient _second = null!;

    public async ValueTask InitializeAsync()
    {
        _stage = await PlatformStage.SetAsync(server, projects: 2, left: 100);
        _first = (await _stage.StartAsync([])).ClientWith(_stage.Token);
        _second = (await _stage.StartAsync([])).ClientWith(_stage.Token);
    }

    public async ValueTask DisposeAsync()
    {
        _first.Dispose();
        _second.Dispose();
        await _stage.DisposeAsync();
    }

    [Fact]
    public async Task FourthRequest_OnWhicheverNode_GetsTheAnswerOfV1()
    {
        foreach (var (client, remaining) in new[] { (_first, "2"), (_second, "1"), (_first, "0") })
        {
            using var counted = await PlatformStage.DeployAsync(client, "p1");
            counted.StatusCode.Should().NotBe(HttpStatusCode.TooManyRequests);
            counted.Header("X-RateLimit-Limit").Should().Be("3");
            counted.Header("X-RateLimit-Remaining").Should().Be(remaining);
            counted.Header("X-RateLimit-Window").Should().Be("60");
        }

        using var refused = await PlatformStage.DeployAsync(_second, "p1");

        refused.StatusCode.Should().Be(HttpStatusCode.TooManyRequests);
        var body = await refused.JsonAsync();
        body.Text("error").Should().Be("Too Many Requests");
        body.Text("message").Should().Be("Deployment rate limit exceeded. Please wait before trying again.");
        body.Text("code").Should().Be("RATE_LIMITED");
        var wait = body.GetProperty("retryAfter").GetInt32();
        wait.Should().BeInRange(1, 60);
        refused.Header("Retry-After").Should().Be($"{wait}");
        refused.Header("X-RateLimit-Remaining").Should().Be("0");
        (await _stage.ChargesAsync()).Should().Be(1, "only the first was accepted");
    }

    [Fact]
    public async Task Projects_OfOneUser_AreCountedApart()
    {
        for (var i = 0; i < 4; i++) (await PlatformStage.DeployAsync(_first, "p1")).Dispose();

        using var other = await PlatformStage.DeployAsync(_first, "p2");

        other.StatusCode.Should().Be(HttpStatusCode.OK);
        other.Header("X-RateLimit-Remaining").Should().Be("2");
    }

    [Fact]
    public async Task ProjectInTheAddress_ChangesNothing_AsTheBodyNamesIt()
    {
        for (var i = 0; i < 3; i++) (await PlatformStage.DeployAsync(_first, "p1")).Dispose();

        using var answer = await _first.PostAsJsonAsync("/deploy?projectId=another", Body("p1"));

        answer.StatusCode.Should().Be(
            HttpStatusCode.TooManyRequests, "V1 took the project from the address, so that any address opened a new window");
    }

    [Fact]
    public async Task RequestsThatAreRefused_AreCountedAsWell()
    {
        for (var i = 0; i < 3; i++)
        {
            using var invalid = await _first.PostAsJsonAsync(
                "/deploy", new JsonObject { ["projectId"] = "p1", ["orgId"] = PlatformStage.Organization });
            invalid.StatusCode.Should().Be(HttpStatusCode.BadRequest);
        }

        using var answer = await _second.PostAsJsonAsync("/deploy", Body("p1"));

        answer.StatusCode.Should().Be(HttpStatusCode.TooManyRequests);
    }

    [Fact]
    public async Task Batch_IsCountedForEachOfItsDeployments()
    {
        var batch = new JsonObject { ["deployments"] = new JsonArray([.. Enumerable.Range(0, 5).Select(_ => (JsonNode)Body("p1"))]) };

        using var answer = await _first.PostAsJsonAsync("/deploy/batch", batch);

        var results = (await answer.Content.ReadFromJsonAsync<JsonNode>())!["results"]!.AsArray();
        results.Select(result => (string?)result!["code"])
            .Should().Equal(null, "DEPLOYMENT_IN_PROGRESS", "DEPLOYMENT_IN_PROGRESS", "RATE_LIMITED", "RATE_LIMITED");
    }

    [Fact]
    public async Task RequestsOfAnotherOrganization_UseUpNobodyElses()
    {
        using var stranger = await ClientOfAsync("org2");
        for (var i = 0; i < 4; i++)
        {
            using var refused = await stranger.PostAsJsonAsync("/deploy", Body("p1"));
            refused.StatusCode.Should().Be(i < 3 ? HttpStatusCode.Forbidden : HttpStatusCode.TooManyRequests);
        }

        using var answer = await _second.PostAsJsonAsync("/deploy", Body("p1"));

        answer.StatusCode.Should().Be(HttpStatusCode.OK);
        answer.Header("X-RateLimit-Remaining").Should().Be("2");
    }

    [Fact]
    public async Task Token_BoundToNoUser_IsLimitedHoweverManyUsersItNames()
    {
        using var token = await ClientOfAsync(PlatformStage.Organization);
        for (var i = 0; i < 3; i++) (await token.PostAsJsonAsync("/deploy", Body("p1", $"invented-{i}"))).Dispose();

        using var answer = await token.PostAsJsonAsync("/deploy", Body("p1", "invented-3"));

        answer.StatusCode.Should().Be(HttpStatusCode.TooManyRequests);
    }

    [Fact]
    public async Task RequestThatComesAgainWithItsKey_GetsTheFirstAnswerWhateverWasCounted()
    {
        var answers = new List<string>();
        for (var i = 0; i < 5; i++)
        {
            using var answer = await SendAsync("/deploy", Body("p1"), "the-same");
            answer.StatusCode.Should().Be(HttpStatusCode.OK);
            answers.Add(await answer.Content.ReadAsStringAsync());
        }

        answers.Distinct().Should().ContainSingle();
        using var other = await SendAsync("/deploy", Body("p1"), "another");
        other.StatusCode.Should().Be(HttpStatusCode.TooManyRequests, "it comes for the first time");
        using var forged = await SendAsync("/deploy", Body("p1", "somebody"), "the-same");
        forged.StatusCode.Should().Be(HttpStatusCode.TooManyRequests, "it is another request");
    }

    [Fact]
    public async Task BatchThatComesAgainWithItsKey_GetsTheFirstAnswers()
    {
        var batch = new JsonObject { ["deployments"] = new JsonArray(Body("p1"), Body("p2")) };
        var answers = new List<string>();
        for (var i = 0; i < 5; i++)
        {
            using var answer = await SendAsync("/deploy/batch", batch, "the-same");
            answers.Add(await answer.Content.ReadAsStringAsync());
        }

        answers.Distinct().Should().ContainSingle().Which.Should().StartWith("{\"success\":true");
    }

    [Fact]
    public async Task Retry_IsCountedWithTheRequestsForItsProject_AndARollbackIsNot()
    {
        using var first = await PlatformStage.DeployAsync(_first, "p1");
        var id = (await first.JsonAsync()).Text("deploymentId")!;
        await CancelAsync(id);
        using var second = await _first.PostAsync($"/deploy/{id}/retry", content: null);
        second.StatusCode.Should().Be(HttpStatusCode.OK);
        second.Header("X-RateLimit-Remaining").Should().Be("1");
        await CancelAsync((await second.JsonAsync()).Text("deploymentId")!);
        using var third = await _first.PostAsync($"/deploy/{id}/retry", content: null);
        third.StatusCode.Should().Be(HttpStatusCode.OK);

        using var refused = await _second.PostAsync($"/deploy/{id}/retry", content: null);
        using var rollback = await _second.PostAsync($"/deploy/{id}/rollback", content: null);

        refused.StatusCode.Should().Be(HttpStatusCode.TooManyRequests);
        rollback.StatusCode.Should().Be(HttpStatusCode.Conflict, "it never completed, which is all that speaks against it");
    }

    private async Task CancelAsync(string id) => (await _first.PostAsync($"/deploy/{id}/cancel", content: null)).EnsureSuccessStatusCode();

    /// <summary>A client with a token that is bound to an organization and to no user.</summary>
    private async Task<HttpClient> ClientOfAsync(string organization)
    {
        using var issued = await _first.PostAsJsonAsync("/tokens", new JsonObject
        {
            ["name"] = "another",
            ["organizationId"] = organization,
            ["scopes"] = new JsonArray("deployments:write"),
        });
        issued.EnsureSuccessStatusCode();
        var client = new HttpClient { BaseAddress = _first.BaseAddress };
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", (await issued.JsonAsync()).Text("secret"));
        return client;
    }

    private async Task<HttpResponseMessage> SendAsync(string path, JsonObject body, string key)
    {
        using var request =
            new HttpRequestMessage(HttpMethod.Post, path) { Content = JsonContent.Create(body), Headers = { { "Idempotency-Key", key } } };
        return await _first.SendAsync(request, TestContext.Current.CancellationToken);
    }

    private static JsonObject Body(string project, string user = PlatformStage.User) =>
        new() { ["projectId"] = project, ["orgId"] = PlatformStage.Organization, ["userId"] = user };
}
