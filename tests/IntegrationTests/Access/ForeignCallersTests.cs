using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Libra.Deploy.Domain.Access;
using Libra.Deploy.IntegrationTests.Http;
using Libra.Deploy.IntegrationTests.Service;

namespace Libra.Deploy.IntegrationTests.Access;

/// <summary>Whom and what a caller may name in a body: only its own organizations, and only itself.</summary>
public sealed class ForeignCallersTests(LibraService service)
{
    [Fact]
    public async Task Organization_OfSomebodyElse_GetsTheOldRefusal()
    {
        var project = await service.NewProjectAsync(quota: 5);
        using var foreigner = await ClientOfAsync((await service.NewProjectAsync()).OrganizationId);

        using var answer = await foreigner.PostAsJsonAsync("/deploy", project.Request());

        answer.StatusCode.Should().Be(HttpStatusCode.Forbidden);
        var body = await answer.JsonAsync();
        body.Text("error").Should().Be("Forbidden");
        body.Text("message").Should().Be("Insufficient permissions for deployment operations.");
        body.Text("code").Should().Be("FORBIDDEN");
        await ExpectUntouchedAsync(project, quota: 5);
    }

    [Fact]
    public async Task Project_OfAnotherOrganization_LooksMissingThoughTheOwnIsNamed()
    {
        var (project, own) = (await service.NewProjectAsync(quota: 5), await service.NewProjectAsync(quota: 5));
        using var foreigner = await ClientOfAsync(own.OrganizationId);

        using var foreign = await foreigner.PostAsJsonAsync("/deploy", (own with { Id = project.Id }).Request());
        using var missing = await foreigner.PostAsJsonAsync("/deploy", (own with { Id = "no-such-project" }).Request());

        foreign.StatusCode.Should().Be(HttpStatusCode.NotFound);
        missing.StatusCode.Should().Be(HttpStatusCode.NotFound);
        (await foreign.JsonAsync()).Text("message").Should().Be((await missing.JsonAsync()).Text("message"));
        await ExpectUntouchedAsync(project, quota: 5);
        await ExpectUntouchedAsync(own, quota: 5);
    }

    [Fact]
    public async Task User_OtherThanTheTokensOwn_IsRefused()
    {
        var project = await service.NewProjectAsync(quota: 5);
        using var client = await ClientOfAsync(project.OrganizationId, "somebody-else");

        using var answer = await client.PostAsJsonAsync("/deploy", project.Request());

        answer.StatusCode.Should().Be(HttpStatusCode.Forbidden);
        await ExpectUntouchedAsync(project, quota: 5);
    }

    [Fact]
    public async Task Batch_WithAForeignDeploymentInIt_RefusesThatOneOnly()
    {
        var (own, project) = (await service.NewProjectAsync(quota: 5), await service.NewProjectAsync(quota: 5));
        using var client = await ClientOfAsync(own.OrganizationId);
        var page = TestProject.Files(("index.html", "x"));

        using var answer = await client.PostAsJsonAsync(
            "/deploy/batch", new JsonObject { ["deployments"] = new JsonArray(own.Request(page), project.Request()) });

        answer.StatusCode.Should().Be(HttpStatusCode.OK);
        var results = (await answer.Content.ReadFromJsonAsync<JsonNode>())!["results"]!.AsArray();
        results.Select(result => (string?)result!["code"]).Should().Equal(null, "FORBIDDEN");
        await ExpectUntouchedAsync(project, quota: 5);
    }

    [Fact]
    public async Task SavedProject_CannotBeTakenFromItsOrganization()
    {
        var (project, own) = (await service.NewProjectAsync(), await service.NewProjectAsync());
        using var foreigner = await ClientOfAsync(own.OrganizationId);

        using var taken = await foreigner.PutAsJsonAsync(
            $"/projects/{project.Id}", new { organizationId = own.OrganizationId, userId = own.UserId, name = "mine" });
        using var planted = await foreigner.PutAsJsonAsync(
            "/projects/new-there", new { organizationId = project.OrganizationId, userId = own.UserId, name = "theirs" });

        taken.StatusCode.Should().Be(HttpStatusCode.NotFound);
        planted.StatusCode.Should().Be(HttpStatusCode.Forbidden);
        (await service.ScalarAsync<string>("SELECT organization_id FROM public.project WHERE id = $1", project.Id))
            .Should().Be(project.OrganizationId);
        (await service.ScalarAsync<long>("SELECT count(*) FROM public.project WHERE id = 'new-there'")).Should().Be(0);
    }

    private async Task<HttpClient> ClientOfAsync(string organization, string? user = null)
    {
        var scopes = Scopes.All.Where(scope => scope != Scopes.Admin).Select(scope => (JsonNode)scope);
        var grant = new JsonObject { ["name"] = "foreigner", ["organizationId"] = organization, ["scopes"] = new JsonArray([.. scopes]) };
        if (user is not null) grant["userId"] = user;
        using var issued = await service.Admin.PostAsJsonAsync("/tokens", grant);
        return service.ClientWith((await issued.JsonAsync()).Text("secret")!);
    }

    private async Task ExpectUntouchedAsync(TestProject project, int quota)
    {
        (await service.ScalarAsync<long>("SELECT count(*) FROM deploy.deployments WHERE project_id = $1", project.Id)).Should().Be(0);
        (await service.ScalarAsync<string>("SELECT deployment_status FROM public.project WHERE id = $1", project.Id)).Should().Be("idle");
        (await service.ScalarAsync<int>(
            "SELECT deploy_limit FROM public.subscription_limit WHERE organization_id = $1", project.OrganizationId)).Should().Be(quota);
    }
}
