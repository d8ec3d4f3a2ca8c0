using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Libra.Deploy.Application.Deployments.Artifacts;
using Libra.Deploy.IntegrationTests.Service;
using Microsoft.Extensions.DependencyInjection;

namespace Libra.Deploy.IntegrationTests.Deployments;

/// <summary>Going back to an earlier version: quickly, beside other sites, and with the right refusals.</summary>
public sealed class RollbackTests(LibraService service)
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(2);

    [Fact]
    public async Task Rollback_WhileVisitorsReadAnotherSite_TakesTwoSecondsAtMostAndCostsThemNoRequest()
    {
        var project = await service.NewProjectAsync();
        JsonNode[] versions = [await project.DeployPageAsync("one"), await project.DeployPageAsync("two")];
        var other = await (await service.NewProjectAsync()).DeployPageAsync("other");
        using var enough = new CancellationTokenSource();
        var visits = Task.WhenAll(Enumerable.Range(0, 4).Select(_ => VisitUntilAsync(other, enough.Token)));

        var times = new List<TimeSpan>();
        for (var round = 0; round < 6; round++) times.Add(await RollBackAsync(project, versions[round % 2]));
        await enough.CancelAsync();

        // The machine that tests run on is busy with others of them: the quickest of six shows what a rollback takes.
        times.Min().Should().BeLessThan(Limit);
        (await visits).Should().OnlyContain(answered => answered > 0);
        (await TestProject.VisitTextAsync(versions[0])).Should().Be("two", "the last round went there");
        (await service.ScalarAsync<string>("SELECT deployment_status FROM public.project WHERE id = $1", project.Id))
            .Should().Be("deployed");
    }

    [Fact]
    public async Task Rollback_ToADeletedArtifact_IsRefusedAndChargesNothing()
    {
        var project = await service.NewProjectAsync();
        var page = $"once {Guid.NewGuid()}";
        var one = await project.DeployPageAsync(page);
        await project.DeployPageAsync("two");
        await service.Services.GetRequiredService<IArtifactStore>()
            .DeleteAsync(one["artifact"]!["digest"]!.GetValue<string>(), TestContext.Current.CancellationToken);

        var refused = await RefusalAsync(one);

        refused["code"]!.GetValue<string>().Should().Be("INVALID_STATE");
        refused["message"]!.GetValue<string>().Should().Contain("no longer stored");
        (await service.ScalarAsync<long>("SELECT count(*) FROM deploy.deployments WHERE project_id = $1", project.Id)).Should().Be(2);
    }

    [Fact]
    public async Task Rollback_WhileAnotherDeploymentRuns_IsRefusedNamingIt()
    {
        var project = await service.NewProjectAsync();
        var one = await project.DeployPageAsync("one");
        var two = await project.DeployPageAsync("two");
        var running = await WaitingCopy.OfAsync(service, two["deploymentId"]!.GetValue<string>());

        var refused = await RefusalAsync(one);

        refused["code"]!.GetValue<string>().Should().Be("DEPLOYMENT_IN_PROGRESS");
        refused["details"]!["deploymentId"]!.GetValue<string>().Should().Be(running);
    }

    [Fact]
    public async Task Rollback_ToADeploymentThatFailed_IsRefused()
    {
        var project = await service.NewProjectAsync();
        var failed = await project.DeployAsync(TestProject.Files(("../x", "x")));

        (await RefusalAsync(failed))["code"]!.GetValue<string>().Should().Be("INVALID_STATE");
    }

    [Fact]
    public async Task Redeploy_OfUnchangedSource_TakesASmallPartOfTheFirst()
    {
        var project = await service.NewProjectAsync("vite");

        var first = await project.DeployAsync();
        var second = await project.DeployAsync();

        second["artifact"]!["reused"]!.GetValue<bool>().Should().BeTrue();
        second["steps"]!["build"]!["reason"]!.GetValue<string>().Should().Contain("unchanged");
        second["duration"]!.GetValue<long>().Should().BeLessThan(first["duration"]!.GetValue<long>());
    }

    private async Task<TimeSpan> RollBackAsync(TestProject project, JsonNode to)
    {
        using var answer = await service.Admin.PostAsync(
            $"/deploy/{to["deploymentId"]}/rollback", null, TestContext.Current.CancellationToken);
        var accepted = await answer.Content.ReadFromJsonAsync<JsonNode>(TestContext.Current.CancellationToken);
        answer.StatusCode.Should().Be(HttpStatusCode.OK, "{0}", accepted);
        var done = await project.EndOfAsync(accepted!["deploymentId"]!.GetValue<string>());
        done["status"]!.GetValue<string>().Should().Be("completed");
        return done["completedAt"]!.GetValue<DateTimeOffset>() - done["createdAt"]!.GetValue<DateTimeOffset>();
    }

    private async Task<JsonNode> RefusalAsync(JsonNode to)
    {
        using var answer = await service.Admin.PostAsync(
            $"/deploy/{to["deploymentId"]}/rollback", null, TestContext.Current.CancellationToken);
        answer.StatusCode.Should().Be(HttpStatusCode.Conflict);
        return (await answer.Content.ReadFromJsonAsync<JsonNode>(TestContext.Current.CancellationToken))!;
    }

    /// <returns>How many visits were answered; one that is not, or with something else, fails.</returns>
    private static async Task<int> VisitUntilAsync(JsonNode site, CancellationToken enough)
    {
        var answered = 0;
        for (; !enough.IsCancellationRequested; answered++) (await TestProject.VisitTextAsync(site)).Should().Be("other");
        return answered;
    }
}
