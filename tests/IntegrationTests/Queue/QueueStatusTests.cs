using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Libra.Deploy.Domain.Access;
using Libra.Deploy.IntegrationTests.Service;

namespace Libra.Deploy.IntegrationTests.Queue;

/// <summary>Whom the figures of the queue count for, and which nodes are in them.</summary>
public sealed class QueueStatusTests(LibraService service)
{
    private static readonly string[] Counts = ["enqueued", "scheduled", "processing", "succeeded", "failed"];

    [Fact]
    public async Task QueueStatus_ToACallerOfOneOrganization_CountsWhatIsItsOwn()
    {
        var project = await service.NewProjectAsync();
        await DeadLetters.ProvokeAsync(project);
        var idle = await service.NewProjectAsync();

        var own = await StatusOfAsync(project.OrganizationId);
        var idlers = await StatusOfAsync(idle.OrganizationId);
        var all = await StatusOfAsync(null);

        ((long)own["queue"]!["succeeded"]!).Should().Be(1);
        ((long)own["deadLetter"]!["count"]!).Should().Be(1);
        own["deadLetter"]!["oldest"].Should().NotBeNull();
        ((double)own["queue"]!["throughputPerMinute"]!).Should().BePositive();
        Counts.Sum(name => (long)idlers["queue"]![name]!).Should().Be(0);
        ((double)idlers["queue"]!["throughputPerMinute"]!).Should().Be(0);
        ((long)idlers["deadLetter"]!["count"]!).Should().Be(0);
        idlers["deadLetter"]!["oldest"].Should().BeNull();
        idlers["queue"]!["workers"]!.AsArray().Should().BeEmpty("nodes and their load are everybody's");
        ((long)all["queue"]!["succeeded"]!).Should().BePositive();
        ((long)all["deadLetter"]!["count"]!).Should().BePositive();
        all["queue"]!["workers"]!.AsArray().Should().NotBeEmpty();
    }

    [Fact]
    public async Task Metrics_ToACallerOfOneOrganization_AreRefused()
    {
        var project = await service.NewProjectAsync();
        using var bound = await DeadLetters.ClientAsync(service, project.OrganizationId, Scopes.OperationsRead);
        using var unbound = await DeadLetters.ClientAsync(service, null, Scopes.OperationsRead);

        (await bound.GetAsync("/metrics", TestContext.Current.CancellationToken)).StatusCode.Should().Be(HttpStatusCode.Forbidden);
        (await unbound.GetAsync("/metrics", TestContext.Current.CancellationToken)).StatusCode.Should().Be(HttpStatusCode.OK);
    }

    [Fact]
    public async Task QueueStatus_OfANodeThatBeatsNoMore_DoesNotListIt()
    {
        const string Dead = "dead-node:1:x";
        await service.ExecuteAsync(
            """
            INSERT INTO hangfire.server (id, data, lastheartbeat)
            SELECT $1, '{"Queues":["deployment-queue"],"WorkerCount":3}', now() - interval '70 seconds'
            """,
            Dead);

        var all = await StatusOfAsync(null);

        all["queue"]!["workers"]!.AsArray().Select(worker => (string?)worker!["node"]).Should().NotContain("dead-node").And.NotBeEmpty();
        (await service.ScalarAsync<long>("SELECT count(*) FROM hangfire.server WHERE id = $1", Dead)).Should().Be(1, "it was there to list");
        await service.ExecuteAsync("DELETE FROM hangfire.server WHERE id = $1", Dead);
    }

    private async Task<JsonNode> StatusOfAsync(string? organization)
    {
        using var client = await DeadLetters.ClientAsync(service, organization, Scopes.OperationsRead);
        return (await client.GetFromJsonAsync<JsonNode>("/status/queue", TestContext.Current.CancellationToken))!;
    }
}
