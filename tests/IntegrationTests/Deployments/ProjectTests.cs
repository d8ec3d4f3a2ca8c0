using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Libra.Deploy.Application.Projects;
using Libra.Deploy.IntegrationTests.Service;
using MediatR;
using Microsoft.Extensions.DependencyInjection;

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
    public async Task CustomDomain_OnTheLocalTarget_IsRoutedByHost()
    {
        var project = await service.NewProjectAsync();
        var domain = $"{project.Id}.example.org";
        var body = project.Request(TestProject.Files(("index.html", "own domain")));
        body["customDomain"] = domain;
        using var answer = await project.PostAsync(body);
        var done = await project.EndOfAsync((await answer.Content.ReadFromJsonAsync<JsonNode>())!["deploymentId"]!.GetValue<string>());

        using var client = new HttpClient();
        using var request = new HttpRequestMessage(HttpMethod.Get, $"http://127.0.0.1:{new Uri(done["workerUrl"]!.GetValue<string>()).Port}/");
        request.Headers.Host = domain;
        using var page = await client.SendAsync(request);

        (await page.Content.ReadAsStringAsync()).Should().Be("own domain");
        ((string)done["customDomainDetails"]!["status"]!).Should().Be("active", "there is nobody to ask on this machine");

        using var givenUp = await PutDomainAsync(project, "");
        using (var scope = service.Services.CreateScope()) await scope.ServiceProvider.GetRequiredService<IMediator>().Send(new RefreshCustomDomainsCommand());
        using var again = new HttpRequestMessage(HttpMethod.Get, request.RequestUri) { Headers = { Host = domain } };
        using var nothing = await client.SendAsync(again);
        nothing.StatusCode.Should().Be(HttpStatusCode.NotFound);
    }

    private Task<HttpResponseMessage> PutDomainAsync(TestProject project, string domain) => service.Admin.PutAsJsonAsync(
        $"/projects/{project.Id}", new JsonObject { ["organizationId"] = project.OrganizationId, ["userId"] = project.UserId, ["customDomain"] = domain });
}
