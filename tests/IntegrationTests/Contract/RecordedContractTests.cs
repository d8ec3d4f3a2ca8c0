using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Libra.Deploy.IntegrationTests.Service;

namespace Libra.Deploy.IntegrationTests.Contract;

/// <summary>
/// Replays what the old services answered. Every old field must be there with the old value; fields may be added. Where we differ on
/// purpose, <see cref="Deviations"/> says so.
/// </summary>
public sealed class RecordedContractTests(LibraService service)
{
    /// <summary>The cases that are not met, each with its reason. Nothing else may differ.</summary>
    private static readonly Dictionary<string, string> Deviations = new()
    {
        ["v1/root"] = "V1 and V2 answer at the same address; V2's body counts",
        ["v1/health"] = "V1 and V2 answer at the same address; V2's body counts",
        ["v1/rate_limit_4"] = "replayed in RateLimits/DeployRateLimitTests, where a limit is on",
        ["v1/deploy_403_no_org"] =
            "replayed with tokens in Access/ForeignCallersTests, with a session without organization in Access/BetterAuthSessionTests",
        ["v1/status_200"] = "its outputs are those of a local workflow engine; its form is checked in LegacyStatusTests",
        ["v2/db_down_deploy"] = "503 with Retry-After instead of 500, see Service/ServiceOutageTests",
        ["v2/deploy_malformed_json"] = "`error` is a string in every answer; V2 had an object here",
        ["v2/deploy_query_ignored"] = "`?instanceId=` means what it meant in V1",
        ["v2/unknown_route"] = "404 in the error shape instead of plain text",
        ["v2/wrong_method_get_deploy"] = "405 with Allow instead of a plain-text 404",
    };

    // Differ from call to call.
    private static readonly HashSet<string> Volatile = ["deploymentId", "id", "timestamp", "requestId", "uptime"];

    // Exist only in the old local development tool, or depend on how fast a worker is.
    private static readonly HashSet<string> NotOfTheContract = ["__LOCAL_DEV_STEP_OUTPUTS", "output"];

    public static TheoryData<string> Cases =>
        [.. Recorded.All.Select(recorded => recorded.FullName).Where(name => !Deviations.ContainsKey(name))];

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task OldAnswer_IsStillGiven(string name)
    {
        var recorded = Recorded.All.Single(candidate => candidate.FullName == name);
        var stage = await ContractStage.SetAsync(service, recorded);

        using var answer = await SendAsync(recorded, stage);

        var text = await answer.Content.ReadAsStringAsync();
        ((int)answer.StatusCode).Should().Be(recorded.Status, text);
        if (recorded.Response is not null) Compare(stage.Translate(recorded.Response), JsonNode.Parse(text)!, "$");
        foreach (var (header, value) in recorded.ResponseHeaders.Where(pair => Keeps(name, pair.Key)))
            string.Join(",", answer.Headers.GetValues(header)).Replace(" ", "", StringComparison.Ordinal).ToLowerInvariant()
                .Should().Contain(value.Replace(" ", "", StringComparison.Ordinal).ToLowerInvariant(), header);
    }

    [Fact]
    public void EveryDeviation_NamesARecordedCase() =>
        Recorded.All.Select(recorded => recorded.FullName).Should().Contain(Deviations.Keys);

    private static bool Keeps(string name, string header) => header switch
    {
        "x-request-id" => !name.EndsWith("invalid_chars", StringComparison.Ordinal), // there the old id was replaced, so it is not ours
        "access-control-allow-credentials" => !name.EndsWith("foreign", StringComparison.Ordinal), // never to a refused origin any more
        _ => true,
    };

    private async Task<HttpResponseMessage> SendAsync(RecordedCase recorded, ContractStage stage)
    {
        var client = recorded.Name.Contains("401", StringComparison.Ordinal) ? service.Stranger : service.Admin;
        using var request = new HttpRequestMessage(new HttpMethod(recorded.Method), stage.Translate(recorded.Path));
        if (recorded.Body is { } body)
            request.Content = new StringContent(stage.Translate(body), Encoding.UTF8, new MediaTypeHeaderValue("application/json"));
        foreach (var (header, value) in recorded.Headers.Where(
            pair => !pair.Key.Equals("content-type", StringComparison.OrdinalIgnoreCase)))
            request.Headers.TryAddWithoutValidation(header, value);
        return await client.SendAsync(request);
    }

    private static void Compare(JsonNode old, JsonNode now, string path)
    {
        now.GetValueKind().Should().Be(old.GetValueKind(), path);
        if (old is JsonObject fields)
        {
            foreach (var (key, value) in fields.Where(field => !NotOfTheContract.Contains(field.Key)))
            {
                now.AsObject().Should().ContainKey(key, path);
                if (value is null || Volatile.Contains(key) || (key == "status" && path == "$.details")) continue;
                Compare(value, now[key]!, $"{path}.{key}");
            }
        }
        else if (old is JsonArray items)
        {
            now.AsArray().Count.Should().Be(items.Count, path);
            for (var i = 0; i < items.Count; i++) Compare(items[i]!, now[i]!, $"{path}[{i}]");
        }
        else
        {
            now.ToJsonString().Should().Be(old.ToJsonString(), path);
        }
    }
}

/// <summary>One recorded request and its old answer.</summary>
public sealed record RecordedCase(
    string Service, string Name, string Method, string Path, Dictionary<string, string> Headers, string? Body,
    int Status, Dictionary<string, string> ResponseHeaders, JsonNode? Response)
{
    public string FullName => $"{Service}/{Name}";
}

/// <summary>The recordings, as data of this project.</summary>
internal static class Recorded
{
    public static readonly IReadOnlyList<RecordedCase> All = JsonSerializer.Deserialize<List<RecordedCase>>(
        File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Contract", "recorded-cases.json")), JsonSerializerOptions.Web)!;
}
