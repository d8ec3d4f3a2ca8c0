using Libra.Deploy.Application.Deployments;
using Libra.Deploy.Application.Deployments.Pipeline;
using Libra.Deploy.Domain.Deployments;
using Libra.Deploy.IntegrationTests.Persistence;

namespace Libra.Deploy.IntegrationTests.Deployments.Pipeline;

/// <summary>A history of the project that cannot be read matters only to who deploys it.</summary>
public sealed class SavedHistoryTests(TestPostgres server) : OneNode(server)
{
    private const string Changes = """[{"type":"diff","diff":[{"path":"index.html","type":"create","modified":"x"}]}]""";
    private const string Whole = """[{"type":"diff","base":"none","diff":[{"path":"index.html","type":"create","modified":"x"}]}]""";

    [Fact]
    public async Task Run_WhenTheRequestBringsAWholeHistory_DoesNotNeedTheBrokenOneOfTheProject()
    {
        var id = await AcceptAsync(Whole);

        (await Node.RunAsync(id)).Outcome.Should().Be(AttemptOutcome.Completed);
    }

    [Theory]
    [InlineData(Changes)]
    [InlineData(null)]
    public async Task Run_WhenTheBrokenHistoryOfTheProjectIsNeeded_SaysThatItIsThatOne(string? sent)
    {
        var id = await AcceptAsync(sent);

        (await Node.RunAsync(id)).Outcome.Should().Be(AttemptOutcome.Failed);

        (await Node.ViewAsync(id)).Failure!.Message.Should().Contain("The history that the project was saved with");
    }

    private async Task<DeploymentId> AcceptAsync(string? history)
    {
        var first = await Node.ViewAsync(await Node.AcceptAsync("""[{"path":"index.html","content":"x"}]"""));
        await Node.RunAsync(first.Id);
        await Node.ExecuteAsync("UPDATE public.project SET message_history = 'no history'");
        Node.Clock.Advance(TimeSpan.FromSeconds(1));
        var command = new CreateDeploymentCommand(first.ProjectId, first.OrganizationId, "u")
        {
            Source = history is null ? null : new RequestSource(null, history),
        };
        return (await Node.SendAsync(command)).Value.Id;
    }
}
