using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Libra.Deploy.IntegrationTests.Service;

namespace Libra.Deploy.IntegrationTests.Cleanup;

public sealed class CleanupOverHttpTests(LibraService service)
{
    [Fact]
    public async Task Cleanup_AfterADryRun_RemovesWhatItToldAndNothingLive()
    {
        var project = await service.NewProjectAsync();
        var first = await project.DeployPageAsync("one");
        var failed = await project.DeployAsync(TestProject.Files(("../x", "x")));
        var live = await project.DeployPageAsync("two");
        await service.ExecuteAsync(
            "UPDATE deploy.deployments SET completed_at = completed_at - interval '90 days' WHERE organization_id = $1",
            project.OrganizationId);
        var operators = await OperatorOfAsync(project.OrganizationId);

        JsonNode told = null!;
        await Eventually.BecomesTrueAsync(
            async () => (told = await CleanAsync(operators, dryRun: true))["deleted"]!["logObjects"]!.GetValue<long>() >= 6,
            TimeSpan.FromSeconds(30),
            "logs and results are stored a moment after the ends");
        (await operators.GetAsync($"/deploy/{first["deploymentId"]}/status", TestContext.Current.CancellationToken)).StatusCode.Should().Be(
            HttpStatusCode.OK);
        var done = await CleanAsync(operators, dryRun: false);

        done["deleted"]!["deployments"]!.GetValue<long>().Should().Be(2);
        done["deleted"]!["logObjects"]!.GetValue<long>()
            .Should().BeGreaterThanOrEqualTo(6, "a sealed log with its index, and a result, each");
        done["deleted"]!.ToJsonString().Should().Be(told["deleted"]!.ToJsonString());
        done["kept"]!.ToJsonString().Should().Be("""{"live":1,"recent":0}""");
        foreach (var gone in new[] { first, failed })
            (await operators.GetAsync($"/deploy/{gone["deploymentId"]}/status", TestContext.Current.CancellationToken)).StatusCode
                .Should().Be(HttpStatusCode.NotFound);
        (await TestProject.VisitTextAsync(live)).Should().Be("two");
    }

    private static async Task<JsonNode> CleanAsync(HttpClient client, bool dryRun)
    {
        var body = new JsonObject { ["olderThanDays"] = 30, ["keepPerProject"] = 0, ["dryRun"] = dryRun };
        JsonNode? cleaned = null;
        await Eventually.BecomesTrueAsync(
            async () =>
            {
                using var answer = await client.PostAsJsonAsync("/status/cleanup", body, TestContext.Current.CancellationToken);
                cleaned = await answer.Content.ReadFromJsonAsync<JsonNode>(TestContext.Current.CancellationToken);
                if (answer.StatusCode == HttpStatusCode.Conflict) return false; // one of another test is running
                answer.StatusCode.Should().Be(HttpStatusCode.OK, "{0}", cleaned);
                return true;
            },
            Eventually.Patience, "a clean-up ends");
        return cleaned!;
    }

    private async Task<HttpClient> OperatorOfAsync(string organization)
    {
        var body = new JsonObject
        {
            ["name"] = "operator",
            ["organizationId"] = organization,
            ["scopes"] = new JsonArray("operations:write", "deployments:read")
        };
        using var issued = await service.Admin.PostAsJsonAsync("/tokens", body, TestContext.Current.CancellationToken);
        var token = await issued.Content.ReadFromJsonAsync<JsonNode>(TestContext.Current.CancellationToken);
        issued.IsSuccessStatusCode.Should().BeTrue("{0}", token);
        return service.ClientWith(token!["secret"]!.GetValue<string>());
    }
}
