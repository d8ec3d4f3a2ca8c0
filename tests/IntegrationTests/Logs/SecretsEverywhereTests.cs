using System.IO.Compression;
using System.Text;
using System.Text.Json;
using Libra.Deploy.Application.Storage;
using Libra.Deploy.IntegrationTests.Service;
using Libra.Deploy.IntegrationTests.Storage;
using Microsoft.Extensions.DependencyInjection;

namespace Libra.Deploy.IntegrationTests.Logs;

/// <summary>A build that prints twenty kinds of secrets: what is stored of it and what anybody can ask for shows none.</summary>
public sealed class SecretsEverywhereTests(LibraService service, S3Server s3)
{
    [Fact]
    public Task Build_ThatPrintsSecrets_LeavesThemInNoStoredByteAndNoAnswer() => ShouldLeaveNoneAsync(service);

    [Fact]
    public async Task Build_ThatPrintsSecrets_LeavesThemInNoByteOfAnS3Server()
    {
        var options = await s3.OwnBucketsAsync();
        await using var onS3 = await LibraService.StartAsync(S3Server.SettingsOf(options));
        await ShouldLeaveNoneAsync(onS3);
    }

    private static async Task ShouldLeaveNoneAsync(LibraService service)
    {
        var project = await service.NewProjectAsync();
        var id = await project.StartAsync(PlantedSecrets.Project());
        var live = await StreamedAsync(service, id);
        (await project.EndOfAsync(id))["error"]!["code"]!.GetValue<string>().Should().Be("BUILD_FAILED");

        var seen = new Dictionary<string, string> { ["stream"] = live };
        foreach (var address in new[] { $"/deploy/{id}/logs?limit=5000", $"/deploy/{id}/status", $"/deploy-status?id={id}",
            $"/deploy-status?instanceId={id}", $"/deploy/{id}/result" })
            seen[address] = await AnswerAsync(service, address, "application/json");
        seen["text"] = await AnswerAsync(service, $"/deploy/{id}/logs?limit=5000", "text/plain");
        seen["rows"] = await service.ScalarAsync<string>(
            "SELECT concat(row_to_json(d), (SELECT json_agg(s) FROM deploy.deployment_steps s WHERE s.deployment_id = d.id)) FROM deploy.deployments d WHERE d.id = $1", id) ?? "";
        await foreach (var (key, content) in StoredAsync(service, id)) seen[key] = content;

        seen.Keys.Should().Contain(key => key.EndsWith("sealed.ndjson.gz", StringComparison.Ordinal)).And.Contain(
            key => key.EndsWith("result.json", StringComparison.Ordinal));
        foreach (var (place, content) in seen)
        {
            if (!HasNoOutput(place)) content.Should().Contain("redacted", place);
            foreach (var form in PlantedSecrets.Forms)
            {
                content.Contains(form, StringComparison.Ordinal).Should().BeFalse("{0} stands in {1}", form, place);
                content.Contains(JsonSerializer.Serialize(form)[1..^1], StringComparison.Ordinal)
                    .Should().BeFalse("{0} stands in {1}", form, place);
                content.Contains(JsonSerializer.Serialize(form, Readable)[1..^1], StringComparison.Ordinal)
                    .Should().BeFalse("{0} stands in {1}", form, place);
            }
        }
    }

    private static bool HasNoOutput(string place) =>
        place.StartsWith("/deploy-status", StringComparison.Ordinal) || place.EndsWith("index.json", StringComparison.Ordinal);

    private static async Task<string> StreamedAsync(LibraService service, string id) =>
        string.Join('\n', (await ServerEvents.ReadToEndAsync(service.Admin, $"/deploy/{id}/logs/stream"))
            .Select(read => read.Data.ToJsonString(Readable)));

    private static JsonSerializerOptions Readable { get; } =
        new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private static async Task<string> AnswerAsync(LibraService service, string address, string accept)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, address);
        request.Headers.Accept.ParseAdd(accept);
        using var answer = await service.Admin.SendAsync(request, TestContext.Current.CancellationToken);
        answer.EnsureSuccessStatusCode();
        return await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
    }

    /// <summary>Every object of the deployment's, unpacked.</summary>
    private static async IAsyncEnumerable<(string Key, string Content)> StoredAsync(LibraService service, string id)
    {
        var store = service.Services.GetRequiredService<IObjectStore>();
        await foreach (var item in store.ListAsync(ObjectBucket.Logs, string.Empty, TestContext.Current.CancellationToken))
        {
            if (!item.Key.Contains(id, StringComparison.Ordinal)) continue;
            await using var stored = await store.GetAsync(ObjectBucket.Logs, item.Key, TestContext.Current.CancellationToken);
            using var reader = new StreamReader(
                item.Key.EndsWith(".gz", StringComparison.Ordinal) ? new GZipStream(stored!, CompressionMode.Decompress) : stored!,
                Encoding.UTF8);
            yield return (item.Key, await reader.ReadToEndAsync(TestContext.Current.CancellationToken));
        }
    }
}
