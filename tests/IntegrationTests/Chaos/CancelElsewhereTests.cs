using System.Diagnostics;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Libra.Deploy.IntegrationTests.Sandboxes;

namespace Libra.Deploy.IntegrationTests.Chaos;

/// <summary>The node that is asked to cancel is not the one that builds.</summary>
[Collection(nameof(AloneOnTheMachine))]
public sealed class CancelElsewhereTests
{
    // A time that nothing else on the machine sleeps, nor a run that was killed.
    private static readonly string Time = $"297.{Environment.ProcessId}";
    private static readonly string Command = $"sleep {Time}";
    private static readonly string Process = $"sleep\0{Time}";
    private static readonly TimeSpan Promised = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task Cancel_AskedOfTheApiNode_EndsTheBuildOnAWorkerWithItsSandbox()
    {
        await using var cluster = await Cluster.StartAsync(slots: 1);
        await new Load(cluster, projects: 2, rounds: 1).PrepareAsync();

        await Promise.IsKeptAsync(Promised, () => CancelAsync(cluster));
    }

    private static async Task<TimeSpan> CancelAsync(Cluster cluster)
    {
        var id = await StartAsync(cluster, ProjectKinds.IdOf(1));
        await Eventually.BecomesTrueAsync(() => HostProcesses.With(Process).Any(), Patience, "the build has to run");

        var started = Stopwatch.GetTimestamp();
        using var asked = await cluster.Client.PostAsync($"/deploy/{id}/cancel", content: null, TestContext.Current.CancellationToken);

        asked.IsSuccessStatusCode.Should().BeTrue();
        await Eventually.BecomesTrueAsync(async () => await StatusAsync(cluster, id) == "cancelled", Patience, "it was told to");
        await Eventually.BecomesTrueAsync(() => !HostProcesses.With(Process).Any(), Patience, "its sandbox goes with it");
        return Stopwatch.GetElapsedTime(started);
    }

    private static async Task<string> StartAsync(Cluster cluster, string project)
    {
        var files = new JsonArray(
            File("package.json", $$$"""{"name":"slow","scripts":{"build":"{{{Command}}}"}}"""), File("index.html", "slow"));
        var body = new JsonObject { ["projectId"] = project, ["orgId"] = "org-1", ["userId"] = "u", ["initFiles"] = files };
        using var answer = await cluster.Client.PostAsJsonAsync("/deploy", body, TestContext.Current.CancellationToken);
        return (await answer.Content.ReadFromJsonAsync<JsonNode>(TestContext.Current.CancellationToken))!["deploymentId"]!
            .GetValue<string>();
    }

    private static JsonObject File(string path, string content) => new() { ["path"] = path, ["content"] = content };

    private static async Task<string?> StatusAsync(Cluster cluster, string id) =>
        (await cluster.Client.GetFromJsonAsync<JsonNode>($"/deploy/{id}/status", TestContext.Current.CancellationToken))?["status"]?
            .GetValue<string>();
}
