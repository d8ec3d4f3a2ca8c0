using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Libra.Deploy.IntegrationTests.Service;

namespace Libra.Deploy.IntegrationTests.Deployments;

/// <summary>Clients of the old services ask in their own words.</summary>
public sealed class LegacyStatusTests(LibraService service)
{
    [Fact]
    public async Task V1_OfALiveDeployment_IsComplete()
    {
        var project = await service.NewProjectAsync();
        var done = await project.DeployPageAsync("x");

        var answer = await service.Admin.GetFromJsonAsync<JsonNode>($"/deploy-status?instanceId={done["deploymentId"]}");

        answer!["status"]!["status"]!.GetValue<string>().Should().Be("complete");
        answer["status"]!["output"]!["workerUrl"]!.GetValue<string>().Should().Be(done["workerUrl"]!.GetValue<string>());
    }

    [Fact]
    public async Task V1_OfAFailedDeployment_IsErroredWithItsMessage()
    {
        var project = await service.NewProjectAsync();
        var failed = await project.DeployAsync(TestProject.Files(("../x", "x")));

        var answer = await service.Admin.GetFromJsonAsync<JsonNode>($"/deploy-status?instanceId={failed["deploymentId"]}");

        answer!["status"]!["status"]!.GetValue<string>().Should().Be("errored");
        answer["status"]!["error"]!.GetValue<string>().Should().Be(failed["error"]!["message"]!.GetValue<string>());
    }

    [Fact]
    public async Task V2_AsItWasDocumented_HasStepsAndTheLastLines()
    {
        var project = await service.NewProjectAsync();
        var done = await project.DeployPageAsync("x");

        var answer = await service.Admin.GetFromJsonAsync<JsonNode>($"/deploy-status?id={done["deploymentId"]}");

        answer!["status"]!.GetValue<string>().Should().Be("completed");
        answer["steps"]!.AsObject().Select(step => step.Key).Should().Equal("validate", "sync", "sandbox", "build", "deploy", "cleanup");
        answer["steps"]!["validate"]!["status"]!.GetValue<string>().Should().Be("completed");
        answer["logs"]!.AsArray()[^1]!.GetValue<string>().Should().StartWith("Live at");
    }
}
