using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Libra.Deploy.IntegrationTests.Deployments;
using Libra.Deploy.IntegrationTests.Http;
using Libra.Deploy.IntegrationTests.Service;

namespace Libra.Deploy.IntegrationTests.Logs;

/// <summary>What a stream goes through while it is open.</summary>
public sealed class StreamWatchTests(LibraService service)
{
    private const string SignOfLife = ": still here"; // every fifteen seconds

    [Fact]
    public async Task Stream_WhileTheDatabaseIsAway_StaysAndTellsTheEndAfterwards()
    {
        await using var own = await OwnService.StartAsync(("Host:Roles", "api")); // nobody starts what waits
        await own.SignInAsync();
        var id = await WaitingAsync(own.Client);
        using var stream = await OpenAsync(own.Client, id);
        await ReadToAsync(stream, "event: status");

        await own.Postgres.StopAsync();
        await ReadToAsync(stream, SignOfLife);
        await own.Postgres.StartAgainAsync(TestContext.Current.CancellationToken);
        await Eventually.BecomesTrueAsync(
            async () => (await own.Client.PostAsync($"/deploy/{id}/cancel", content: null)).IsSuccessStatusCode,
            TimeSpan.FromSeconds(60), "the database is back");

        await ReadToAsync(stream, "event: end");
    }

    [Fact]
    public async Task Stream_WhenItsTokenIsRevoked_Closes()
    {
        var project = await service.NewProjectAsync();
        var id = await WaitingCopy.OfAsync(service, (await project.DeployPageAsync("x"))["deploymentId"]!.GetValue<string>());
        using var issued = await service.Admin.PostAsJsonAsync(
            "/tokens", new JsonObject { ["name"] = "reader", ["scopes"] = new JsonArray("deployments:read") });
        var token = await issued.JsonAsync();
        using var client = service.ClientWith(token.Text("secret")!);
        using var stream = await OpenAsync(client, id);
        await ReadToAsync(stream, "event: status");

        (await service.Admin.DeleteAsync($"/tokens/{token.Text("id")}")).EnsureSuccessStatusCode();

        (await ReadToAsync(stream, line: null)).Should().NotContain("event: end").And.NotContain(SignOfLife);
    }

    private static async Task<string> WaitingAsync(HttpClient client)
    {
        var project = new JsonObject { ["organizationId"] = "org", ["userId"] = "user", ["templateType"] = "static" };
        (await client.PutAsJsonAsync("/projects/shop", project)).EnsureSuccessStatusCode();
        (await client.PutAsJsonAsync("/organizations/org/limits", new JsonObject { ["deployLimit"] = 10 })).EnsureSuccessStatusCode();
        using var accepted = await client.PostAsJsonAsync(
            "/deploy", new JsonObject { ["projectId"] = "shop", ["orgId"] = "org", ["userId"] = "user" });
        return (await accepted.JsonAsync()).Text("deploymentId")!;
    }

    private static async Task<StreamReader> OpenAsync(HttpClient client, string id)
    {
        var answer = await client.GetAsync(
            $"/deploy/{id}/logs/stream", HttpCompletionOption.ResponseHeadersRead, TestContext.Current.CancellationToken);
        answer.EnsureSuccessStatusCode();
        return new StreamReader(await answer.Content.ReadAsStreamAsync(TestContext.Current.CancellationToken));
    }

    /// <summary>Reads lines until this one, or with null to the end of the stream, and gives those before it.</summary>
    private static async Task<List<string>> ReadToAsync(StreamReader stream, string? line)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        patience.CancelAfter(TimeSpan.FromSeconds(60));
        var before = new List<string>();
        while (await stream.ReadLineAsync(patience.Token) is var read && read != line) before.Add(read ?? throw new EndOfStreamException(line));
        return before;
    }
}
