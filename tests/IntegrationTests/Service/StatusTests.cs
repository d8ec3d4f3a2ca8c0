using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;

namespace Libra.Deploy.IntegrationTests.Service;

/// <summary>The figures follow what really ended, and show a caller only its own.</summary>
public sealed class StatusTests(LibraService service)
{
    [Fact]
    public async Task Status_AfterOneCompletedAndOneFailed_CountsBothForTheirOrganizationOnly()
    {
        var project = await service.NewProjectAsync();
        await project.DeployPageAsync("<h1>one</h1>");
        await service.ExecuteAsync("UPDATE public.project SET template_type = 'no-such-template' WHERE id = $1", project.Id);
        await project.DeployAsync();

        var own = await StatusOfAsync(await ClientOfAsync(project.OrganizationId));
        var all = await StatusOfAsync(service.Admin);

        own["deployments"]!["total"]!.GetValue<long>().Should().Be(2);
        own["deployments"]!["byStatus"]!["completed"]!.GetValue<long>().Should().Be(1);
        own["deployments"]!["byStatus"]!["failed"]!.GetValue<long>().Should().Be(1);
        own["deployments"]!["last24h"]!["successRate"]!.GetValue<double>().Should().Be(0.5);
        own["deployments"]!["last24h"]!["p95Duration"]!.GetValue<long>().Should().BePositive();
        all["deployments"]!["total"]!.GetValue<long>().Should().BeGreaterThanOrEqualTo(2);
        own["quota"]!["used"]!.GetValue<long>().Should().Be(2);
        all["quota"].Should().BeNull("nobody's quota is everybody's");
    }

    [Fact]
    public async Task Status_OfAnOrganizationWithoutDeployments_HasZeroesAndNoRate()
    {
        var project = await service.NewProjectAsync();

        var own = await StatusOfAsync(await ClientOfAsync(project.OrganizationId));

        own["deployments"]!["total"]!.GetValue<long>().Should().Be(0);
        own["deployments"]!["last24h"]!.AsObject().ContainsKey("successRate").Should().BeTrue();
        own["deployments"]!["last24h"]!["successRate"].Should().BeNull();
    }

    [Fact]
    public async Task Status_WithoutCredential_IsRefused()
    {
        using var answer = await service.Stranger.GetAsync("/status", TestContext.Current.CancellationToken);

        answer.StatusCode.Should().Be(HttpStatusCode.Unauthorized);
    }

    private async Task<HttpClient> ClientOfAsync(string organization)
    {
        using var issued = await service.Admin.PostAsJsonAsync(
            "/tokens", new { name = "status", organizationId = organization, scopes = new[] { "deployments:read" } },
            TestContext.Current.CancellationToken);
        var token = await issued.Content.ReadFromJsonAsync<JsonNode>(TestContext.Current.CancellationToken);
        return service.ClientWith(token!["secret"]!.GetValue<string>());
    }

    private static async Task<JsonNode> StatusOfAsync(HttpClient client) =>
        (await client.GetFromJsonAsync<JsonNode>("/status", TestContext.Current.CancellationToken))!;
}
