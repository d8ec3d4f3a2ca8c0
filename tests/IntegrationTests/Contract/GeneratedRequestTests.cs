using System.Globalization;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;
using Libra.Deploy.Domain.Access;
using Libra.Deploy.IntegrationTests.Queue;
using Libra.Deploy.IntegrationTests.Service;

namespace Libra.Deploy.IntegrationTests.Contract;

/// <summary>
/// Whatever a client draws from the description, good or spoilt, never breaks the service, and every answer is one that the description
/// promises for its status.
/// </summary>
public sealed class GeneratedRequestTests(LibraService service) : IAsyncLifetime
{
    private const int Seed = 20261123;

    // Requests for each operation; a long run sets more.
    private static readonly int Rounds =
        int.TryParse(Environment.GetEnvironmentVariable("LIBRA_TEST_GENERATED_REQUESTS"), CultureInfo.InvariantCulture, out var rounds)
            ? rounds
            : 40;

    private OpenApiDescription _api = null!;
    private TestProject _project = null!;
    private Dictionary<string, string> _known = null!;

    public async ValueTask InitializeAsync()
    {
        _api = await OpenApiDescription.ReadAsync(service);
        _project = await service.NewProjectAsync(quota: 1000);
        var deployment = DeadLetters.Text(await _project.DeployPageAsync("<h1>drawn</h1>"), "deploymentId");
        _known = new Dictionary<string, string>
        {
            ["projectId"] = _project.Id,
            ["orgId"] = _project.OrganizationId,
            ["organizationId"] = _project.OrganizationId,
            ["userId"] = _project.UserId,
            ["instanceId"] = deployment,
            ["id"] = deployment,
            ["deploy.id"] = deployment,
            ["projects.id"] = _project.Id,
            ["organizations.orgId"] = _project.OrganizationId,
            ["organizations.id"] = await AddWebhookAsync(),
            ["organizations.deliveryId"] = Guid.NewGuid().ToString(),
            ["status.id"] = Guid.NewGuid().ToString(),
            ["tokens.id"] = Guid.NewGuid().ToString(),
        };
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private async Task<string> AddWebhookAsync()
    {
        using var answer = await service.Admin.PostAsJsonAsync(
            $"/organizations/{_project.OrganizationId}/webhooks", new { url = "https://example.com/" });
        return (await answer.Content.ReadFromJsonAsync<JsonNode>())!["webhook"]!["id"]!.GetValue<string>();
    }

    [Fact]
    public async Task EveryRequestDrawnFromTheDescription_GetsAnAnswerThatTheDescriptionPromises()
    {
        var generator = new RequestGenerator(_api, new Random(Seed), _known);
        using var own = await DeadLetters.ClientAsync(
            service, _project.OrganizationId, [.. Scopes.All.Where(scope => scope != Scopes.Admin)]);
        var problems = new List<string>();
        var statuses = new HashSet<int>();
        foreach (var operation in _api.Operations)
        {
            // What needs no administrator is asked in an organization of its own, where nothing can disturb another test.
            var client = ((string)operation.Json["description"]!)
                .Contains($"`{Scopes.Admin}`", StringComparison.Ordinal) ? service.Admin : own;
            for (var i = 0; i < Rounds; i++)
            {
                var request = generator.Draw(operation);
                using var answer = await SendAsync(client, request);
                statuses.Add((int)answer.StatusCode);
                problems.AddRange(
                    (await ProblemsOfAsync(operation, answer)).Select(problem => $"{request} → {(int)answer.StatusCode} {problem}"));
            }
        }

        problems.Take(20).Should().BeEmpty(
            "{0} requests with seed {1} should all be answered as described", _api.Operations.Count * Rounds, Seed);
        statuses.Should().Contain([200, 400, 404, 415], "a generator that meets one kind of answer proves little");
    }

    [Fact]
    public async Task Validator_OfAnAnswerThatIsNotDescribed_Complains()
    {
        var operation = _api.Operations.Single(candidate => candidate.Id == "getQuota");
        using var answer = new HttpResponseMessage { Content = new StringContent("""{"success":"yes","total":1.5,"surprise":true}""") };
        answer.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");

        var problems = await ProblemsOfAsync(operation, answer);

        problems.Should().Contain(problem => problem.Contains("$.used is missing")).And.Contain(
            problem => problem.Contains("$.surprise is not described"))
            .And.Contain(problem => problem.Contains("$.success: expected")).And.Contain(problem => problem.Contains("$.total: expected"));
    }

    private static async Task<HttpResponseMessage> SendAsync(HttpClient client, GeneratedRequest request)
    {
        using var message = new HttpRequestMessage(new HttpMethod(request.Operation.Method), request.Address);
        foreach (var (name, value) in request.Headers) message.Headers.TryAddWithoutValidation(name, value);
        if (request.Body is not null)
        {
            message.Content = new ByteArrayContent(request.Body);
            message.Content.Headers.TryAddWithoutValidation("Content-Type", request.ContentType);
        }

        return await client.SendAsync(message, TestContext.Current.CancellationToken);
    }

    private async Task<IReadOnlyList<string>> ProblemsOfAsync(DescribedOperation operation, HttpResponseMessage answer)
    {
        var status = (int)answer.StatusCode;
        if (status >= 500) return [await answer.Content.ReadAsStringAsync()];
        if (operation.Answers.SingleOrDefault(described => described.Status == status).Answer is not { } promised)
            return [$"is not described: {await answer.Content.ReadAsStringAsync()}"];
        if (promised["content"] is not JsonObject contents) return [];

        var type = answer.Content.Headers.ContentType?.MediaType;
        if (type is null || contents[type] is not { } media) return [$"is described in another form than {type}"];
        if (type != "application/json") return [];

        try
        {
            return _api.Schema.Problems(media["schema"]!, JsonNode.Parse(await answer.Content.ReadAsStringAsync()));
        }
        catch (JsonException broken)
        {
            return [$"is not JSON: {broken.Message}"];
        }
    }
}
