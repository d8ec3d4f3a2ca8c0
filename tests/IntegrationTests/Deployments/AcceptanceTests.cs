using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Libra.Deploy.IntegrationTests.Service;

namespace Libra.Deploy.IntegrationTests.Deployments;

/// <summary>The door through which every deployment comes: at most one active a project, each charged once.</summary>
public sealed class AcceptanceTests(LibraService service)
{
    [Fact]
    public async Task ManyRequests_ForOneProject_AcceptExactlyOne()
    {
        var project = await service.NewProjectAsync();
        var body = project.Request(TestProject.Files(("package.json", """{"scripts":{"build":"sleep 60"}}"""), ("index.html", "x")));

        var answers = await Task.WhenAll(Enumerable.Range(0, 60).Select(_ => project.PostAsync(body.DeepClone().AsObject())));

        answers.Count(answer => answer.StatusCode == HttpStatusCode.OK).Should().Be(1);
        answers.Count(answer => answer.StatusCode == HttpStatusCode.Conflict).Should().Be(59);
        var refusal = await answers.First(answer => answer.StatusCode == HttpStatusCode.Conflict).Content.ReadFromJsonAsync<JsonNode>();
        refusal!["error"]!.GetValue<string>().Should().Be("Deployment in progress");
        refusal["details"]!["deploymentId"]!.GetValue<string>().Should().StartWith("deploy_");
        await service.Admin.PostAsync($"/deploy/{refusal["details"]!["deploymentId"]}/cancel", null);
    }

    [Fact]
    public async Task ManyRequests_OverManyProjects_ChargeExactlyWhatTheOrganizationHas()
    {
        const int Left = 10;
        var first = await service.NewProjectAsync(quota: Left);
        var projects = new List<TestProject> { first };
        for (var i = 0; i < 24; i++) projects.Add(await service.NewProjectInAsync(first));

        var answers = await Task.WhenAll(
            projects.Select(project => project.PostAsync(project.Request(TestProject.Files(("index.html", "x"))))));

        answers.Count(answer => answer.StatusCode == HttpStatusCode.OK).Should().Be(Left);
        answers.Count(answer => answer.StatusCode == HttpStatusCode.TooManyRequests).Should().Be(25 - Left);
        (await service.ScalarAsync<int>(
            "SELECT deploy_limit FROM public.subscription_limit WHERE organization_id = $1", first.OrganizationId)).Should().Be(0);
        (await service.ScalarAsync<long>(
            "SELECT count(*) FROM deploy.quota_charges c JOIN deploy.deployments d ON d.id = c.deployment_id WHERE d.organization_id = $1",
            first.OrganizationId)).Should().Be(Left);
    }

    [Fact]
    public async Task ForeignOrganization_LooksMissing()
    {
        var project = await service.NewProjectAsync();
        var other = await service.NewProjectAsync();
        var body = project.Request();
        body["orgId"] = other.OrganizationId;

        using var answer = await project.PostAsync(body);

        answer.StatusCode.Should().Be(HttpStatusCode.NotFound);
        (await answer.Content.ReadFromJsonAsync<JsonNode>())!["error"]!.GetValue<string>().Should().Be("Project not found");
    }

    [Fact]
    public async Task InactiveProject_IsRefusedAndNotCharged()
    {
        var project = await service.NewProjectAsync(quota: 5);
        await service.ExecuteAsync("UPDATE public.project SET is_active = false WHERE id = $1", project.Id);

        using var answer = await project.PostAsync(project.Request());

        answer.StatusCode.Should().Be(HttpStatusCode.BadRequest);
        (await answer.Content.ReadFromJsonAsync<JsonNode>())!["code"]!.GetValue<string>().Should().Be("PROJECT_INACTIVE");
        (await service.ScalarAsync<int>(
            "SELECT deploy_limit FROM public.subscription_limit WHERE organization_id = $1", project.OrganizationId)).Should().Be(5);
    }

    [Fact]
    public async Task FailedByTheUsersDoing_KeepsTheCharge()
    {
        var project = await service.NewProjectAsync(quota: 3);
        await service.ExecuteAsync("UPDATE public.project SET template_type = 'no-such-template' WHERE id = $1", project.Id);

        var failed = await project.DeployAsync();

        failed["error"]!["category"]!.GetValue<string>().Should().Be("user");
        (await service.ScalarAsync<int>(
            "SELECT deploy_limit FROM public.subscription_limit WHERE organization_id = $1", project.OrganizationId)).Should().Be(2);
    }
}
