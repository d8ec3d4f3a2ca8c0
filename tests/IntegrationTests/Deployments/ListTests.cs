using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Libra.Deploy.Application.Deployments;
using Libra.Deploy.IntegrationTests.Service;
using Microsoft.Extensions.DependencyInjection;

namespace Libra.Deploy.IntegrationTests.Deployments;

public sealed class ListTests(LibraService service)
{
    [Fact]
    public async Task Pages_NewestFirst_GiveEachDeploymentOnce()
    {
        var project = await service.NewProjectAsync();
        var made = new List<string>();
        for (var i = 0; i < 5; i++) made.Add((await project.DeployPageAsync($"page {i}"))["deploymentId"]!.GetValue<string>());

        var listed = new List<string>();
        string? cursor = null;
        do
        {
            var page = await service.Admin.GetFromJsonAsync<JsonNode>(
                $"/status/deployments?limit=2&orgId={project.OrganizationId}"
                    + (cursor is null ? "" : $"&cursor={Uri.EscapeDataString(cursor)}"));
            listed.AddRange(page!["deployments"]!.AsArray().Select(item => item!["deploymentId"]!.GetValue<string>()));
            page.AsObject().Should().ContainKey("nextCursor", "on the last page it is null");
            cursor = page["nextCursor"]?.GetValue<string>();
        }
        while (cursor is not null);

        listed.Should().Equal(made.AsEnumerable().Reverse());
    }

    [Fact]
    public async Task List_WhenNothingHasChanged_IsNotSentAgain()
    {
        var project = await service.NewProjectAsync();
        await project.DeployPageAsync("one");
        var address = $"/status/deployments?orgId={project.OrganizationId}";
        using var first = await service.Admin.GetAsync(address, TestContext.Current.CancellationToken);

        using var same = await AskAgainAsync(address, first);
        await project.DeployPageAsync("two");
        using var changed = await AskAgainAsync(address, first);

        same.StatusCode.Should().Be(HttpStatusCode.NotModified);
        changed.StatusCode.Should().Be(HttpStatusCode.OK);
        changed.Headers.ETag.Should().NotBe(first.Headers.ETag);
    }

    [Theory]
    [InlineData("status=failed", 0)]
    [InlineData("status=completed", 1)]
    [InlineData("since=2020-01-01T00:00:00Z", 1)]
    [InlineData("until=2020-01-01T00:00:00Z", 0)]
    public async Task Filters_LeaveOnlyWhatFits(string filter, int expected)
    {
        var project = await service.NewProjectAsync();
        await project.DeployPageAsync("x");

        var page = await service.Admin.GetFromJsonAsync<JsonNode>($"/projects/{project.Id}/deployments?{filter}");

        page!["deployments"]!.AsArray().Count.Should().Be(expected);
    }

    [Fact]
    public async Task Text_FindsADeploymentByTheStartOfItsId_AndAProjectsByItsWholeId()
    {
        var project = await service.NewProjectAsync();
        var id = (await project.DeployPageAsync("x"))["deploymentId"]!.GetValue<string>();

        foreach (var text in new[] { id, id[..^3], id[..^10], "deploy_", project.Id })
            (await FoundAsync(project, text)).Should().Equal([id], text);
        foreach (var text in new[] { id + "x", "deploy_1000000000000", id[1..], project.Id[..^1] })
            (await FoundAsync(project, text)).Should().BeEmpty(text);
    }

    [Fact]
    public async Task List_OfACallerOfSeveralOrganizations_MixesThemNewestFirst()
    {
        var projects = new[] { await service.NewProjectAsync(), await service.NewProjectAsync() };
        var made = new List<string>();
        for (var i = 0; i < 4; i++) made.Add((await projects[i % 2].DeployPageAsync($"page {i}"))["deploymentId"]!.GetValue<string>());
        await using var scope = service.Services.CreateAsyncScope();
        var queries = scope.ServiceProvider.GetRequiredService<IDeploymentQueries>();
        var filter = new DeploymentFilter([.. projects.Select(project => project.OrganizationId)], 3);

        var first = await queries.ListAsync(filter, TestContext.Current.CancellationToken);
        var second = await queries.ListAsync(filter with { Cursor = first.Next }, TestContext.Current.CancellationToken);

        first.Deployments.Concat(second.Deployments).Select(view => view.Id.Value).Should().Equal(made.AsEnumerable().Reverse());
        second.Next.Should().BeNull();
    }

    [Theory]
    [InlineData("limit=0")]
    [InlineData("limit=101")]
    [InlineData("limit=x")]
    [InlineData("status=nonsense")]
    [InlineData("cursor=%00")]
    [InlineData("cursor=bm9uc2Vuc2U")]
    [InlineData("since=yesterday")]
    public async Task Nonsense_IsA400ThatNamesTheParameter(string query)
    {
        using var answer = await service.Admin.GetAsync($"/status/deployments?{query}");

        answer.StatusCode.Should().Be(HttpStatusCode.BadRequest);
        (await answer.Content.ReadFromJsonAsync<JsonNode>())!["details"]!["fieldErrors"]!.AsObject()
            .Should().ContainKey(query.Split('=')[0]);
    }

    private async Task<IEnumerable<string>> FoundAsync(TestProject project, string text)
    {
        var page = await service.Admin.GetFromJsonAsync<JsonNode>($"/status/deployments?orgId={project.OrganizationId}&q={text}");
        return page!["deployments"]!.AsArray().Select(item => item!["deploymentId"]!.GetValue<string>());
    }

    private async Task<HttpResponseMessage> AskAgainAsync(string address, HttpResponseMessage before)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, address);
        request.Headers.IfNoneMatch.Add(before.Headers.ETag!);
        return await service.Admin.SendAsync(request, TestContext.Current.CancellationToken);
    }
}
