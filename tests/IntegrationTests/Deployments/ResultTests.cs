using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Libra.Deploy.IntegrationTests.Service;

namespace Libra.Deploy.IntegrationTests.Deployments;

/// <summary>What is kept of a deployment beyond its log, for operators.</summary>
public sealed class ResultTests(LibraService service)
{
    [Fact]
    public async Task Result_OfACompletedDeployment_HasItsStepsAndVersions()
    {
        var project = await service.NewProjectAsync();
        var done = await project.DeployPageAsync("x");

        var result = await ResultOfAsync(done);

        result["status"]!.GetValue<string>().Should().Be("completed");
        result["artifact"]!["digest"]!.GetValue<string>().Should().Be(done["artifact"]!["digest"]!.GetValue<string>());
        result["steps"]!.AsArray().Select(step => step!["step"]!.GetValue<string>())
            .Should().Equal("validation", "sandbox", "sync", "build", "deploy", "cleanup");
        result["steps"]!.AsArray()
            .Should().OnlyContain(step => step!["status"]!.GetValue<string>() == "completed" && step["duration"]!.GetValue<long>() >= 0);
        result["failures"]!.AsArray().Should().BeEmpty();
        result["versions"]!["service"]!.GetValue<string>().Should().StartWith("2.");
    }

    [Fact]
    public async Task Result_WhenTheServiceItselfFailed_HasTheStackOfEachAttemptAndNobodyElseSeesIt()
    {
        var project = await service.NewProjectAsync();
        var id = await WaitingCopy.OfAsync(service, (await project.DeployPageAsync("x"))["deploymentId"]!.GetValue<string>());
        // Source that cannot be decompressed: nothing that the pipeline expects.
        await service.ExecuteAsync("INSERT INTO deploy.deployment_sources (deployment_id, init_files) VALUES ($1, '\\x0102')", id);
        await service.ExecuteAsync(
            "UPDATE deploy.deployments SET settings_max_attempts = 2, dispatched_at = NULL, due_at = now() WHERE id = $1", id);

        var failed = await project.EndOfAsync(id);
        var result = await ResultOfAsync(failed);

        failed["error"]!["code"]!.GetValue<string>().Should().BeOneOf("DEPLOYMENT_STEP_FAILED", "STORAGE_READ_FAILED");
        failed.ToJsonString().Should().NotContain("   at ");
        var failures = result["failures"]!.AsArray();
        failures.Should().HaveCount(2);
        failures.Should().OnlyContain(failure => failure!["detail"]!.GetValue<string>().Contains("   at Libra.Deploy."));
        foreach (var address in new[] { "status", "logs?limit=5000" })
            (await service.Admin.GetStringAsync($"/deploy/{failed["deploymentId"]}/{address}")).Should().NotContain("   at Libra.Deploy.");
    }

    [Fact]
    public async Task Result_ForACallerThatIsNoOperator_IsForbidden()
    {
        var project = await service.NewProjectAsync();
        var done = await project.DeployPageAsync("x");
        using var issued = await service.Admin.PostAsJsonAsync(
            "/tokens", new { name = "reader", organizationId = project.OrganizationId, scopes = new[] { "deployments:read" } },
            TestContext.Current.CancellationToken);
        using var reader = service.ClientWith(
            (await issued.Content.ReadFromJsonAsync<JsonNode>(TestContext.Current.CancellationToken))!["secret"]!.GetValue<string>());

        using var answer = await reader.GetAsync($"/deploy/{done["deploymentId"]}/result", TestContext.Current.CancellationToken);

        answer.StatusCode.Should().Be(HttpStatusCode.Forbidden);
    }

    private async Task<JsonNode> ResultOfAsync(JsonNode ended) =>
        (await service.Admin.GetFromJsonAsync<JsonNode>($"/deploy/{ended["deploymentId"]}/result", TestContext.Current.CancellationToken))!;
}
