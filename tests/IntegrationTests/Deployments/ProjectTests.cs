using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Libra.Deploy.IntegrationTests.Service;

namespace Libra.Deploy.IntegrationTests.Deployments;

public sealed class ProjectTests(LibraService service)
{
    [Fact]
    public async Task Project_MadeByTheApi_IsDeployedFromItsFiles()
    {
        var home = await service.NewProjectAsync();
        var made = home with { Id = $"made-{Guid.NewGuid().ToString("N")[..8]}" };
        var body = new JsonObject
        {
            ["organizationId"] = home.OrganizationId,
            ["userId"] = home.UserId,
            ["name"] = "Made",
            ["templateType"] = "static",
            ["files"] = TestProject.Files(("index.html", "from the project itself")),
        };

        using var answer = await service.Admin.PutAsJsonAsync($"/projects/{made.Id}", body);
        answer.StatusCode.Should().Be(HttpStatusCode.OK, await answer.Content.ReadAsStringAsync());
        var done = await made.DeployAsync();

        (await TestProject.VisitTextAsync(done)).Should().Be("from the project itself");
        var project = await service.Admin.GetFromJsonAsync<JsonNode>($"/projects/{made.Id}");
        project!["project"]!["deploymentStatus"]!.GetValue<string>().Should().Be("deployed");
    }

    [Fact]
    public async Task CustomDomain_OfAnotherProject_IsRefused()
    {
        var one = await service.NewProjectAsync();
        var two = await service.NewProjectInAsync(one);
        var domain = $"{one.Id}.example.org";

        using var first = await PutDomainAsync(one, domain.ToUpperInvariant());
        using var second = await PutDomainAsync(two, domain);
        using var garbage = await PutDomainAsync(two, "http://not a domain/");

        first.StatusCode.Should().Be(HttpStatusCode.OK);
        second.StatusCode.Should().Be(HttpStatusCode.BadRequest);
        garbage.StatusCode.Should().Be(HttpStatusCode.BadRequest);
    }

    [Fact]
    public async Task CustomDomain_OnTheLocalTarget_IsRoutedByHostUntilItIsGivenUp()
    {
        var project = await service.NewProjectAsync();
        var domain = $"{project.Id}.example.org";

        var done = await DeployAsync(project, domain, "own domain");

        ((string)done["status"]!).Should().Be("completed", "{0}", done);
        (await SeenAtAsync(domain, done)).Should().Be((HttpStatusCode.OK, "own domain"));
        ((string)done["customDomainDetails"]!["status"]!).Should().Be("active", "there is nobody to ask on this machine");

        using var givenUp = await PutDomainAsync(project, "");
        await Eventually.BecomesTrueAsync(
            async () => (await SeenAtAsync(domain, done)).Status == HttpStatusCode.NotFound, TimeSpan.FromSeconds(30),
            "nobody waits for the yearly round");
    }

    [Fact]
    public async Task CustomDomain_WhenTwoProjectsAskForItAtOnce_LeadsToTheOneThatGotIt()
    {
        var one = await service.NewProjectAsync();
        var two = await service.NewProjectInAsync(one);
        var domain = $"{one.Id}.example.org";

        var ends = await Task.WhenAll(DeployAsync(one, domain, "one"), DeployAsync(two, domain, "two"));

        var winner = (string)ends[0]["status"]! == "completed" ? 0 : 1;
        ((string)ends[winner]["status"]!).Should().Be("completed", "{0}", ends[winner]);
        ((string)ends[1 - winner]["status"]!).Should().Be("failed");
        (await SeenAtAsync(domain, ends[winner])).Should().Be((HttpStatusCode.OK, winner == 0 ? "one" : "two"));
    }

    private static async Task<JsonNode> DeployAsync(TestProject project, string domain, string page)
    {
        var body = project.Request(TestProject.Files(("index.html", page)));
        body["customDomain"] = domain;
        using var answer = await project.PostAsync(body);
        return await project.EndOfAsync((await answer.Content.ReadFromJsonAsync<JsonNode>())!["deploymentId"]!.GetValue<string>());
    }

    /// <summary>What a visitor of the domain gets from where a deployed site answers.</summary>
    private static async Task<(HttpStatusCode Status, string Page)> SeenAtAsync(string domain, JsonNode deployed)
    {
        using var client = new HttpClient();
        using var request = new HttpRequestMessage(HttpMethod.Get, $"http://127.0.0.1:{new Uri((string)deployed["workerUrl"]!).Port}/");
        request.Headers.Host = domain;
        using var answer = await client.SendAsync(request);
        return (answer.StatusCode, await answer.Content.ReadAsStringAsync());
    }

    private Task<HttpResponseMessage> PutDomainAsync(TestProject project, string domain) => service.Admin.PutAsJsonAsync(
        $"/projects/{project.Id}",
        new JsonObject { ["organizationId"] = project.OrganizationId, ["userId"] = project.UserId, ["customDomain"] = domain });
}
