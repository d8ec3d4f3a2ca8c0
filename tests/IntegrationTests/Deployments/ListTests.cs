using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Libra.Deploy.IntegrationTests.Service;

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
                $"/status/deployments?limit=2&orgId={project.OrganizationId}" + (cursor is null ? "" : $"&cursor={Uri.EscapeDataString(cursor)}"));
            listed.AddRange(page!["deployments"]!.AsArray().Select(item => item!["deploymentId"]!.GetValue<string>()));
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
        (await answer.Content.ReadFromJsonAsync<JsonNode>())!["details"]!["fieldErrors"]!.AsObject().Should().ContainKey(query.Split('=')[0]);
    }

    private async Task<HttpResponseMessage> AskAgainAsync(string address, HttpResponseMessage before)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, address);
        request.Headers.IfNoneMatch.Add(before.Headers.ETag!);
        return await service.Admin.SendAsync(request, TestContext.Current.CancellationToken);
    }
}
