using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Hangfire;
using Libra.Deploy.Infrastructure.Queue;
using Libra.Deploy.IntegrationTests.Service;
using Microsoft.Extensions.DependencyInjection;
using static Libra.Deploy.IntegrationTests.Queue.DeadLetters;

namespace Libra.Deploy.IntegrationTests.Queue;

/// <summary>What an operator can do about a deployment that will not be tried again by itself.</summary>
public sealed class DeadLetterTests(LibraService service)
{
    private const string Letters = "/status/queue/dead-letters";

    [Fact]
    public async Task Replay_OfAnOpenLetter_CompletesAsANewDeploymentChargedOnce()
    {
        var project = await service.NewProjectAsync(quota: 5);
        var letter = await ProvokeAsync(project, "<h1>again</h1>");
        var (id, ended) = (Text(letter, "id"), Text(letter, "deploymentId"));
        Text(letter, "reason").Should().Be("processing_timeout");
        Text(letter, "finalError").Should().StartWith("DEPLOYMENT_TIMEOUT");
        letter["message"]!["orgId"]!.GetValue<string>().Should().Be(project.OrganizationId);
        await FailedJobsBecomeAsync(service, ended, 1);

        var replayed = await service.Admin.PostAsJsonAsync($"{Letters}/{id}/replay", new { note = "mended" });

        replayed.StatusCode.Should().Be(HttpStatusCode.OK);
        var replay = Text((await replayed.Content.ReadFromJsonAsync<JsonNode>())!, "deploymentId");
        var end = await project.EndOfAsync(replay);
        Text(end, "status").Should().Be("completed");
        Text(end, "predecessorId").Should().Be(ended);
        (await TestProject.VisitTextAsync(end)).Should().Contain("again");
        var settled = await service.Admin.GetFromJsonAsync<JsonNode>($"{Letters}/{id}");
        settled!["resolution"]!["action"]!.GetValue<string>().Should().Be("replayed");
        settled["resolution"]!["replayId"]!.GetValue<string>().Should().Be(replay);
        settled["resolution"]!["note"]!.GetValue<string>().Should().Be("mended");
        (await service.ScalarAsync<int>(
            "SELECT deploy_limit FROM public.subscription_limit WHERE organization_id = $1", project.OrganizationId))
            .Should().Be(3, "the page and its replay were charged");
        (await service.Admin.PostAsync($"{Letters}/{id}/replay", null)).StatusCode.Should().Be(HttpStatusCode.Conflict);
        await FailedJobsBecomeAsync(service, ended, 0);
    }

    [Fact]
    public async Task Discard_OfAnOpenLetter_SettlesItAndTakesItOffTheFailedPage()
    {
        var letter = await ProvokeAsync(await service.NewProjectAsync());
        await FailedJobsBecomeAsync(service, Text(letter, "deploymentId"), 1);

        var discarded = await service.Admin.PostAsync($"{Letters}/{Text(letter, "id")}/discard", null);

        discarded.StatusCode.Should().Be(HttpStatusCode.OK);
        await FailedJobsBecomeAsync(service, Text(letter, "deploymentId"), 0);
        (await service.Admin.PostAsync($"{Letters}/{Text(letter, "id")}/discard", null)).StatusCode.Should().Be(HttpStatusCode.Conflict);
    }

    [Fact]
    public async Task AnotherOrganizationsLetter_LooksMissing()
    {
        var letter = await ProvokeAsync(await service.NewProjectAsync());
        var foreign = await ClientAsync(service, "org-other", "operations:read", "operations:write");

        (await foreign.GetAsync($"{Letters}/{Text(letter, "id")}")).StatusCode.Should().Be(HttpStatusCode.NotFound);
        (await foreign.PostAsync($"{Letters}/{Text(letter, "id")}/replay", null)).StatusCode.Should().Be(HttpStatusCode.NotFound);
        (await foreign.PostAsync($"{Letters}/{Text(letter, "id")}/discard", null)).StatusCode.Should().Be(HttpStatusCode.NotFound);
        (await ListAsync(foreign, $"?orgId={Text(letter, "organizationId")}")).Should().BeEmpty();
    }

    [Fact]
    public async Task Replay_ByAReader_IsForbidden()
    {
        var letter = await ProvokeAsync(await service.NewProjectAsync());
        var reader = await ClientAsync(service, Text(letter, "organizationId"), "operations:read");

        (await reader.GetAsync($"{Letters}/{Text(letter, "id")}")).StatusCode.Should().Be(HttpStatusCode.OK);
        (await reader.PostAsync($"{Letters}/{Text(letter, "id")}/replay", null)).StatusCode.Should().Be(HttpStatusCode.Forbidden);
        (await reader.PostAsJsonAsync($"{Letters}/replay", new { limit = 1 })).StatusCode.Should().Be(HttpStatusCode.Forbidden);
    }

    [Fact]
    public async Task ReplayMany_WithAFilter_AnswersForEachAndLeavesTheRest()
    {
        var first = await service.NewProjectAsync();
        var second = await service.NewProjectInAsync(first);
        var left = await ProvokeAsync(first);
        var replayed = await ProvokeAsync(second);

        var answer = await service.Admin.PostAsJsonAsync(
            $"{Letters}/replay", new { orgId = first.OrganizationId, reason = "processing_timeout", limit = 1 });

        var body = (await answer.Content.ReadFromJsonAsync<JsonNode>())!;
        body["replayed"]!.GetValue<int>().Should().Be(1);
        Text(body["results"]![0]!, "id").Should().Be(Text(replayed, "id"), "the newest comes first");
        Text(await second.EndOfAsync(Text(body["results"]![0]!, "replayId")), "status").Should().Be("completed");
        (await ListAsync(service.Admin, $"?orgId={first.OrganizationId}&state=open")).Select(letter => Text(letter, "id"))
            .Should().Equal(Text(left, "id"));
    }

    [Fact]
    public async Task List_InPages_ShowsEveryLetterOnce()
    {
        var project = await service.NewProjectAsync();
        var ids = new List<string>();
        for (var i = 0; i < 3; i++) ids.Insert(0, Text(await ProvokeAsync(project), "id"));

        var seen = new List<string>();
        for (string? cursor = null; ;)
        {
            var page = await service.Admin.GetFromJsonAsync<JsonNode>(
                $"{Letters}?orgId={project.OrganizationId}&limit=2{(cursor is null ? "" : $"&cursor={cursor}")}");
            seen.AddRange(page!["deadLetters"]!.AsArray().Select(letter => Text(letter!, "id")));
            cursor = page["nextCursor"]?.GetValue<string>();
            if (cursor is null) break;
        }

        seen.Should().Equal(ids);
    }

    [Fact]
    public async Task AMessageThatNamesNoDeployment_BecomesOneLetterThatCanOnlyBeDiscarded()
    {
        var nonsense = $"nonsense-{Guid.NewGuid():N}";
        service.Services.GetRequiredService<IBackgroundJobClientV2>()
            .Enqueue<RunDeploymentJob>("deployment-queue", job => job.RunAsync(nonsense, CancellationToken.None));

        var letter = await LetterOfAsync(nonsense);

        Text(letter, "finalError").Should().Contain(nonsense);
        (await service.Admin.PostAsync($"{Letters}/{Text(letter, "id")}/replay", null)).StatusCode.Should().Be(HttpStatusCode.Conflict);
        (await service.Admin.PostAsync($"{Letters}/{Text(letter, "id")}/discard", null)).StatusCode.Should().Be(HttpStatusCode.OK);
        await FailedJobsBecomeAsync(service, nonsense, 0);
        (await service.ScalarAsync<long>("SELECT count(*) FROM deploy.dead_letters WHERE message::text LIKE '%' || $1 || '%'", nonsense))
            .Should().Be(1);
    }

    [Fact]
    public async Task AMessageThatCannotBeKept_KeepsNoOtherFromBecomingALetter()
    {
        var (stuck, next) = ($"stuck-{Guid.NewGuid():N}", $"nonsense-{Guid.NewGuid():N}");
        await service.ExecuteAsync(
            $"""
            CREATE FUNCTION deploy.refuse_stuck() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'refused'; END $$;
            CREATE TRIGGER refuse_stuck BEFORE INSERT ON deploy.dead_letters
                FOR EACH ROW WHEN (NEW.final_error LIKE '%{stuck}%') EXECUTE FUNCTION deploy.refuse_stuck();
            """);
        var jobs = service.Services.GetRequiredService<IBackgroundJobClientV2>();
        jobs.Enqueue<RunDeploymentJob>("deployment-queue", job => job.RunAsync(stuck, CancellationToken.None));
        await FailedJobsBecomeAsync(service, stuck, 1);
        jobs.Enqueue<RunDeploymentJob>("deployment-queue", job => job.RunAsync(next, CancellationToken.None));

        var letter = await LetterOfAsync(next);

        await service.ExecuteAsync("DROP FUNCTION deploy.refuse_stuck CASCADE");
        foreach (var left in (JsonNode[])[letter, await LetterOfAsync(stuck)])
            (await service.Admin.PostAsync($"{Letters}/{Text(left, "id")}/discard", null)).StatusCode.Should().Be(HttpStatusCode.OK);
    }

    private Task<JsonNode> LetterOfAsync(string message) => UntilAsync(
        service, "?reason=invalid_message&limit=100",
        letters => letters.Find(one => one["message"]!.ToJsonString().Contains(message, StringComparison.Ordinal)));

    [Fact]
    public async Task QueueStatus_NamesLimitsAndThisNode()
    {
        var status = (await service.Admin.GetFromJsonAsync<JsonNode>("/status/queue"))!;

        Text(status["queue"]!, "name").Should().Be("deployment-queue");
        Text(status["deadLetter"]!, "name").Should().Be("deployment-dlq");
        status["queue"]!["workers"]!.AsArray()
            .Should().Contain(worker => Text(worker!, "node") == $"{Environment.MachineName}:{Environment.ProcessId}");
        status["queue"]!["maxBatchTimeout"]!.GetValue<long>().Should().Be(30_000);
    }
}
