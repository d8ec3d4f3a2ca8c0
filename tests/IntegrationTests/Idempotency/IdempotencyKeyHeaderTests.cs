using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Libra.Deploy.IntegrationTests.Http;
using Libra.Deploy.IntegrationTests.Service;

namespace Libra.Deploy.IntegrationTests.Idempotency;

/// <summary>The header as clients send it.</summary>
public sealed class IdempotencyKeyHeaderTests(LibraService service)
{
    [Fact]
    public async Task Deploy_SentAgainWithItsKey_GetsTheFirstAnswerAndCostsOne()
    {
        var project = await service.NewProjectAsync(quota: 5);
        var (key, body) = (Guid.NewGuid().ToString(), project.Request(TestProject.Files(("index.html", "once"))));

        using var first = await SendAsync("/deploy", key, body);
        await project.EndOfAsync((await first.JsonAsync()).Text("deploymentId")!);
        using var again = await SendAsync("/deploy", key, body);

        again.StatusCode.Should().Be(HttpStatusCode.OK);
        again.Header("Location").Should().Be(first.Header("Location"));
        (await again.Content.ReadAsStringAsync()).Should().Be(await first.Content.ReadAsStringAsync());
        (await LeftAsync(project)).Should().Be(4);
    }

    [Fact]
    public async Task Deploy_WithTheKeyOfAnotherBody_IsAConflict()
    {
        var project = await service.NewProjectAsync(quota: 5);
        var key = Guid.NewGuid().ToString();
        using var first = await SendAsync("/deploy", key, project.Request(TestProject.Files(("index.html", "one"))));

        using var other = await SendAsync("/deploy", key, project.Request(TestProject.Files(("index.html", "two"))));

        other.StatusCode.Should().Be(HttpStatusCode.UnprocessableEntity);
        (await other.JsonAsync()).Text("code").Should().Be("IDEMPOTENCY_CONFLICT");
        (await LeftAsync(project)).Should().Be(4);
    }

    [Fact]
    public async Task Batch_SentAgainWithItsKey_StartsNothingTwice()
    {
        var first = await service.NewProjectAsync(quota: 5);
        var second = await service.NewProjectInAsync(first);
        var key = Guid.NewGuid().ToString();
        var batch = new JsonObject
        {
            ["deployments"] = new JsonArray(
                first.Request(TestProject.Files(("index.html", "a"))), second.Request(TestProject.Files(("index.html", "b")))),
        };

        var ids = await IdsAsync(batch, key);
        var again = await IdsAsync(batch, key);

        ids.Should().OnlyHaveUniqueItems().And.HaveCount(2).And.NotContainNulls();
        again.Should().Equal(ids);
        (await LeftAsync(first)).Should().Be(3);
    }

    private async Task<List<string?>> IdsAsync(JsonObject batch, string key)
    {
        using var answer = await SendAsync("/deploy/batch", key, batch);
        var results = (await answer.Content.ReadFromJsonAsync<JsonNode>())!["results"]!.AsArray();
        return [.. results.Select(result => (string?)result!["deploymentId"])];
    }

    private async Task<HttpResponseMessage> SendAsync(string path, string key, JsonObject body)
    {
        using var request =
            new HttpRequestMessage(HttpMethod.Post, path) { Content = JsonContent.Create(body), Headers = { { "Idempotency-Key", key } } };
        return await service.Admin.SendAsync(request, TestContext.Current.CancellationToken);
    }

    private Task<int> LeftAsync(TestProject project) =>
        service.ScalarAsync<int>("SELECT deploy_limit FROM public.subscription_limit WHERE organization_id = $1", project.OrganizationId);
}
