using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Libra.Deploy.IntegrationTests.Persistence;
using Libra.Deploy.IntegrationTests.Service;

namespace Libra.Deploy.IntegrationTests.Deployments;

public sealed class BatchTests(TestPostgres server) : IAsyncLifetime
{
    private PlatformStage _stage = null!;
    private HttpClient _client = null!;

    public async ValueTask InitializeAsync()
    {
        _stage = await PlatformStage.SetAsync(server, projects: 3, left: 10);
        _client = (await _stage.StartAsync([])).ClientWith(_stage.Token);
    }

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        await _stage.DisposeAsync();
    }

    [Fact]
    public async Task Batch_WhenOneOfItFails_StillTellsOfEachOther()
    {
        // The database breaks at the second one, in a way in which no database should.
        await _stage.AskAsync<int>(
            """
            CREATE FUNCTION break() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RAISE EXCEPTION ''broken''; END';
            CREATE TRIGGER break BEFORE INSERT ON deploy.deployments FOR EACH ROW WHEN (NEW.project_id = 'p2') EXECUTE FUNCTION break();
            SELECT 1
            """);
        var bodies = Enumerable.Range(1, 3).Select(number => (JsonNode)Body($"p{number}"));

        using var answer = await _client.PostAsJsonAsync("/deploy/batch", new JsonObject { ["deployments"] = new JsonArray([.. bodies]) });

        answer.StatusCode.Should().Be(HttpStatusCode.OK);
        var body = (await answer.Content.ReadFromJsonAsync<JsonNode>(TestContext.Current.CancellationToken))!;
        ((bool)body["success"]!).Should().BeFalse();
        var results = body["results"]!.AsArray();
        results.Select(result => (string?)result!["code"]).Should().Equal(null, "INTERNAL_ERROR", null);
        ((string?)results[1]!["message"]).Should().Be("An unexpected error occurred");
        new[] { results[0], results[2] }.Select(result => (string?)result!["deploymentId"]).Should().OnlyHaveUniqueItems().And.NotContainNulls();
        (await _stage.DeploymentsAsync()).Should().Be(2);
    }

    [Fact]
    public async Task Batch_WhenPlacesAreRefused_SaysOfEachWhatIsWrongAndWhatToDo()
    {
        JsonObject[] bodies = [Body("p1"), Body("p1"), Body("p1"), Body("p1"), Body("p2")];
        bodies[4]["customDomain"] = "no domain";

        using var answer = await _client.PostAsJsonAsync("/deploy/batch", new JsonObject { ["deployments"] = new JsonArray([.. bodies]) });

        var results = (await answer.Content.ReadFromJsonAsync<JsonNode>(TestContext.Current.CancellationToken))!["results"]!.AsArray();
        results.Select(result => (string?)result!["code"]).Should().Equal(
            null, "DEPLOYMENT_IN_PROGRESS", "DEPLOYMENT_IN_PROGRESS", "RATE_LIMITED", "VALIDATION_ERROR");
        ((string?)results[1]!["details"]?["deploymentId"]).Should().Be((string?)results[0]!["deploymentId"]);
        ((int?)results[3]!["retryAfter"]).Should().BeInRange(1, 60);
        results[4]!["details"]?["fieldErrors"]?["customDomain"]?.AsArray().Should().ContainSingle();
        results[4]!["details"].Should().NotBeNull();
        results[0]!.AsObject().Select(field => field.Key).Should().Equal("index", "success", "deploymentId");
    }

    private static JsonObject Body(string project) => new()
    {
        ["projectId"] = project,
        ["orgId"] = PlatformStage.Organization,
        ["userId"] = PlatformStage.User,
    };
}
