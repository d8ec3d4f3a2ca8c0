using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Libra.Deploy.IntegrationTests.Projects;

namespace Libra.Deploy.IntegrationTests.Cloudflare;

/// <summary>Going back to an earlier version through the whole service, with Cloudflare as its target.</summary>
public sealed class ServiceRollbackTests(CloudService service) : IClassFixture<CloudService>
{
    [Fact]
    public async Task Rollback_OverHttp_PutsTheEarlierBytesBackAndTheProjectsRowAgrees()
    {
        var project = await service.NewProjectAsync();
        JsonNode[] versions = [await project.DeployAsync(null, "one"), await project.DeployAsync(null, "two")];
        versions.Should().OnlyContain(version => (string)version["status"]! == "completed", "{0}", versions[^1]);
        (await service.VisitAsync(versions[1])).Should().Be("two");
        service.Cloudflare.ForgetCalls();

        var back = await RollBackAsync(versions[0]);

        ((string)back["status"]!).Should().Be("completed", "{0}", back);
        (await service.VisitAsync(back)).Should().Be("one");
        ((string)back["artifact"]!["digest"]!).Should().Be((string)versions[0]["artifact"]!["digest"]!);
        foreach (var step in new[] { "sandbox", "sync", "build" }) ((string)back["steps"]![step]!["status"]!).Should().Be("skipped");
        service.Cloudflare.CountOf("assets upload").Should().Be(0, "Cloudflare has the files still");
        (await service.ColumnAsync(project.Id, "deployment_status")).Should().Be("deployed");
        (await service.ColumnAsync(project.Id, "workflow_id")).Should().Be((string)back["deploymentId"]!);
        (await service.ColumnAsync(project.Id, "production_deploy_url")).Should().Be((string)back["workerUrl"]!);
    }

    [Fact]
    public async Task Rollback_WhenCloudflareRefuses_LeavesTheLiveVersionAndSaysSo()
    {
        var project = await service.NewProjectAsync();
        JsonNode[] versions = [await project.DeployAsync(null, "one"), await project.DeployAsync(null, "two")];
        service.Cloudflare.Fail("script upload", Double.Fault.Code(400, 10027, "too large"));

        var back = await RollBackAsync(versions[0]);

        ((string)back["status"]!).Should().Be("failed", "{0}", back);
        ((string)back["error"]!["code"]!).Should().Be("TARGET_REJECTED");
        (await service.VisitAsync(versions[1])).Should().Be("two");
    }

    private async Task<JsonNode> RollBackAsync(JsonNode version)
    {
        using var answer = await service.Admin.PostAsync($"/deploy/{version["deploymentId"]}/rollback", null, TestContext.Current.CancellationToken);
        var accepted = (await answer.Content.ReadFromJsonAsync<JsonNode>(TestContext.Current.CancellationToken))!;
        answer.IsSuccessStatusCode.Should().BeTrue("{0}", accepted);
        return await service.EndOfAsync((string)accepted["deploymentId"]!);
    }
}
