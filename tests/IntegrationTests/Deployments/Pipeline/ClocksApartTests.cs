using Libra.Deploy.Application.Common;
using Libra.Deploy.Application.Deployments;
using Libra.Deploy.Application.Deployments.Pipeline;
using Libra.Deploy.IntegrationTests.Persistence;

namespace Libra.Deploy.IntegrationTests.Deployments.Pipeline;

/// <summary>Nodes whose clocks differ, at work on one project.</summary>
public sealed class ClocksApartTests(TestPostgres server) : OneNode(server)
{
    [Fact]
    public async Task Accept_OnANodeWhoseClockIsBehind_CountsAsLater_AndStartsAtOnce()
    {
        var first = await Node.AcceptAsync(Page("first"));
        await Node.RunAsync(first);
        var view = await Node.ViewAsync(first);
        await using var behind = await PipelineNode.StartAsync("behind", Database, Objects, Start.AddSeconds(-30));

        var second = await behind.SendAsync(
            new CreateDeploymentCommand(view.ProjectId, view.OrganizationId, "u") { Source = new RequestSource(Page("second"), null) });

        (await behind.RunAsync(second.Value.Id)).Outcome.Should().Be(AttemptOutcome.Completed);
        second.Value.At.Should().BeAfter(view.CreatedAt);
        second.Value.Id.Value.Should().Contain(
            $"_{second.Value.At.ToUnixTimeMilliseconds()}_", "lists find an id by the time that it names");
        var back = await Node.SendAsync(new RollbackDeploymentCommand(OrganizationFilter.All, first, "u", RequestId: null));
        back.IsError.Should().BeFalse("the first one is not what is live");
    }

    private static string Page(string text) => $$"""[{"path":"index.html","content":"{{text}}"}]""";
}
