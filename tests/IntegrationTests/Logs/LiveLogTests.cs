using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Libra.Deploy.IntegrationTests.Persistence;
using Libra.Deploy.IntegrationTests.Service;

namespace Libra.Deploy.IntegrationTests.Logs;

/// <summary>The log of a build on one node, watched on another.</summary>
public sealed class LiveLogTests(TestPostgres server)
{
    private const int Megabytes = 50;
    private const int LineBytes = 512;
    private const int Readers = 100;

    [Fact]
    public async Task Stream_OfALargeBuildOnAnotherNode_GivesEachOfManyReadersEveryLineOnce()
    {
        const int lines = Megabytes * 1_000_000 / LineBytes;
        await using var fleet = await Fleet.StartAsync(server);
        fleet.StartWorker();
        var cost = NodeCost.Now();
        var id = await fleet.DeployAsync($"seq -f '%08.0f {new string('x', LineBytes - 9)}' 1 {lines}");

        var counted = await Task.WhenAll(Enumerable.Range(0, Readers)
            .Select(_ => CountedStream.ReadAsync(fleet.Api, $"/deploy/{id}/logs/stream", TestContext.Current.CancellationToken)));

        TestContext.Current.SendDiagnosticMessage(
            "{0} readers got {1} lines and {2} MB each: {3}", Readers, counted[0].Lines, counted[0].Bytes / 1_000_000,
            cost.Until(NodeCost.Now()));
        var stored = await fleet.Api.GetFromJsonAsync<JsonNode>(
            $"/deploy/{id}/logs?order=desc&limit=1", TestContext.Current.CancellationToken);
        var last = stored!["entries"]![0]!["seq"]!.GetValue<long>();
        last.Should().BeGreaterThan(lines);
        counted.Should().OnlyContain(reader => reader.Ended && reader.Lines == last);
    }

    [Fact]
    public async Task Stream_WhenTheWorkerIsKilled_GoesOnWithTheNextOneWithoutAHole()
    {
        var go = Path.Combine(Path.GetTempPath(), $"libra-go-{Guid.NewGuid():N}");
        await using var fleet = await Fleet.StartAsync(server);
        var first = fleet.StartWorker();
        var id = await fleet.DeployAsync(
            $"seq -f 'before %.0f' 1 5000 && while [ ! -e {go} ]; do sleep 0.05; done && seq -f 'after %.0f' 1 5000");
        var readers = Enumerable.Range(0, 3).Select(_ => ServerEvents.ReadToEndAsync(fleet.Api, $"/deploy/{id}/logs/stream")).ToList();
        await Eventually.BecomesTrueAsync(
            async () => (await fleet.Api.GetStringAsync($"/deploy/{id}/logs?order=desc&limit=1"))
                .Contains("before 5000", StringComparison.Ordinal),
            TimeSpan.FromMinutes(2),
            "the first worker builds");

        first.Kill();
        await first.WaitForExitAsync(TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(go, "", TestContext.Current.CancellationToken);
        fleet.StartWorker();

        foreach (var events in await Task.WhenAll(readers))
        {
            var log = events.Where(read => read.Name == "log").Select(read => read.Data).ToList();
            log.Select(line => line["seq"]!.GetValue<long>()).Should().Equal(Enumerable.Range(1, log.Count).Select(seq => (long)seq));
            var messages = log.Select(line => line["message"]!.GetValue<string>()).ToList();
            messages.Should().ContainSingle(
                message => message.Contains("up to a second of its output may be missing", StringComparison.Ordinal));
            messages.Count(message => message == "before 1").Should().Be(2, "both turns of the worker's are there");
            messages.Should().ContainSingle(message => message == "after 5000");
            events[^1].Name.Should().Be("end");
            events[^1].Data["status"]!.GetValue<string>().Should().Be("completed");
        }

        File.Delete(go);
    }
}
