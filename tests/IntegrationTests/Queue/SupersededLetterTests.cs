using ErrorOr;
using Libra.Deploy.Application.Common;
using Libra.Deploy.Application.Deployments;
using Libra.Deploy.Application.Deployments.Pipeline;
using Libra.Deploy.Application.Queue;
using Libra.Deploy.Domain.Deployments;
using Libra.Deploy.Domain.Queue;
using Libra.Deploy.IntegrationTests.Deployments.Pipeline;
using Libra.Deploy.IntegrationTests.Persistence;

namespace Libra.Deploy.IntegrationTests.Queue;

/// <summary>Dead letters that a replay of many does not deploy: of a project that was deployed again since, or that is gone.</summary>
public sealed class SupersededLetterTests(TestPostgres server) : OneNode(server)
{
    private static readonly ReplayRequest ByAnOperator = new("operator", "mended", RequestId: null);

    [Fact]
    public async Task ReplayMany_WhenANewerVersionIsLive_RefusesTheOldOneAndLeavesItOpen()
    {
        var old = await ProvokeAsync(await Node.AcceptAsync(Page("old")));
        var newer = await DeployAgainAsync(old, "newer");
        (await Node.RunAsync(newer)).Outcome.Should().Be(AttemptOutcome.Completed);

        var outcome = (await ReplayAllAsync()).Should().ContainSingle().Subject;

        outcome.Result.FirstError.Code.Should().Be("INVALID_STATE");
        outcome.Result.FirstError.Description.Should().Contain("superseded");
        (await Node.DeadLettersAsync(old)).Should().ContainSingle().Which.Resolution.Should().BeNull();
    }

    [Fact]
    public async Task ReplayMany_OfTwoLettersOfAProject_ReplaysTheNewerOnly()
    {
        var old = await ProvokeAsync(await Node.AcceptAsync(Page("old")));
        var newer = await ProvokeAsync(await DeployAgainAsync(old, "newer"));

        var outcomes = await ReplayAllAsync();

        outcomes.Where(outcome => !outcome.Result.IsError).Should().ContainSingle().Which.Letter.DeploymentId.Should().Be(newer);
        outcomes.Where(outcome => outcome.Result.IsError).Should().ContainSingle()
            .Which.Result.FirstError.Description.Should().Contain("superseded");
    }

    [Fact]
    public async Task ReplayMany_WhenNewerLettersAreSuperseded_ComesToTheOlderOnes()
    {
        var replayable = await ProvokeAsync(await Node.AcceptAsync(Page("alone")));
        Node.Clock.Advance(TimeSpan.FromSeconds(1));
        var old = await ProvokeAsync(await Node.AcceptAsync(Page("old")));
        await Node.RunAsync(await DeployAgainAsync(old, "newer"));

        var outcome = (await ReplayAllAsync(limit: 1)).Should().ContainSingle().Subject;

        outcome.Letter.DeploymentId.Should().Be(replayable);
        outcome.Result.IsError.Should().BeFalse();
    }

    [Fact]
    public async Task ReplayMany_WhenProjectsOfNewerLettersAreGone_ComesToTheOlderOneAndNoFurther()
    {
        var oldest = await ProvokeAsync(await Node.AcceptAsync(Page("oldest")));
        Node.Clock.Advance(TimeSpan.FromSeconds(1));
        var replayable = await ProvokeAsync(await Node.AcceptAsync(Page("alone")));
        foreach (var page in new[] { "gone", "gone too" })
        {
            Node.Clock.Advance(TimeSpan.FromSeconds(1));
            var gone = await ProvokeAsync(await Node.AcceptAsync(Page(page)));
            await Node.ExecuteAsync("DELETE FROM public.project WHERE id = $1", (await Node.ViewAsync(gone)).ProjectId);
        }

        var outcomes = await ReplayAllAsync(limit: 1);

        outcomes.Select(outcome => outcome.Result.IsError).Should().Equal(true, true, false);
        outcomes[^1].Letter.DeploymentId.Should().Be(replayable);
        (await Node.DeadLettersAsync(oldest)).Single().Resolution.Should().BeNull("one was asked for");
    }

    [Fact]
    public async Task Replay_OfOneSupersededLetter_DeploysItAllTheSame()
    {
        var old = await ProvokeAsync(await Node.AcceptAsync(Page("old")));
        await Node.RunAsync(await DeployAgainAsync(old, "newer"));
        var letter = (await Node.DeadLettersAsync(old)).Single();

        var replayed = await Node.SendAsync(new ReplayDeadLetterCommand(OrganizationFilter.All, letter.Id, ByAnOperator));

        (await Node.RunAsync(replayed.Value.Id)).Outcome.Should().Be(AttemptOutcome.Completed);
    }

    private async Task<IReadOnlyList<ReplayOutcome>> ReplayAllAsync(int limit = 100)
    {
        Node.Clock.Advance(TimeSpan.FromSeconds(1));
        return (await Node.SendAsync(
            new ReplayDeadLettersCommand(OrganizationFilter.All, new DeadLetterFilter(null, limit), ByAnOperator))).Value;
    }

    private async Task<DeploymentId> DeployAgainAsync(DeploymentId earlier, string page)
    {
        Node.Clock.Advance(TimeSpan.FromSeconds(1)); // deployments of one project follow each other
        var view = await Node.ViewAsync(earlier);
        var command = new CreateDeploymentCommand(view.ProjectId, view.OrganizationId, "u")
        {
            Source = new RequestSource(Page(page), null),
        };
        return (await Node.SendAsync(command)).Value.Id;
    }

    private async Task<DeploymentId> ProvokeAsync(DeploymentId id)
    {
        Node.Target.OnCheck = ScriptedTarget.Says(Error.Failure("TARGET_UNAVAILABLE", "The API token may not do this."));
        (await Node.RunAsync(id)).Outcome.Should().Be(AttemptOutcome.DeadLettered);
        Node.Target.OnCheck = _ => ScriptedTarget.Fine();
        return id;
    }

    private static string Page(string text) => $$"""[{"path":"index.html","content":"{{text}}"}]""";
}
