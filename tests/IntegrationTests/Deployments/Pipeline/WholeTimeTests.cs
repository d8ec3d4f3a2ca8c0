using ErrorOr;
using Libra.Deploy.Application.Common;
using Libra.Deploy.Application.Deployments;
using Libra.Deploy.Application.Deployments.Pipeline;
using Libra.Deploy.Application.Queue;
using Libra.Deploy.Domain.Deployments;
using Libra.Deploy.IntegrationTests.Persistence;

namespace Libra.Deploy.IntegrationTests.Deployments.Pipeline;

/// <summary>Whose doing it is that a deployment ran out of its whole time, and how long its repetition gets.</summary>
public sealed class WholeTimeTests(TestPostgres server) : OneNode(server)
{
    private static readonly TimeSpan Longest = TimeSpan.FromMilliseconds(new DeploymentOptions().MaxDeploymentTimeout);

    [Fact]
    public async Task RunningOut_OfTheLongestOfTheTimeWhenItWasAccepted_IsOursAlsoAfterThatWasRaised_AndTheReplayGetsTheNewOne()
    {
        var id = await AcceptAsync(timeout: null);
        await Node.ExecuteAsync("UPDATE deploy.deployments SET settings_timeout = interval '1 minute' WHERE id = $1", id.Value);
        Node.Target.OnPublish = NeverEndsAsync;

        (await Node.RunAsync(id)).Outcome.Should().Be(AttemptOutcome.DeadLettered);

        var letter = (await Node.DeadLettersAsync(id)).Should().ContainSingle().Subject;
        var replayed = await Node.SendAsync(
            new ReplayDeadLetterCommand(OrganizationFilter.All, letter.Id, new ReplayRequest("operator", "limit raised", null)));
        (await TimeoutOfAsync(replayed.Value.Id)).Should().Be(Longest);
    }

    [Fact]
    public async Task RunningOut_OfWhatTheRequestShortened_IsTheUsersDoing_AndTheRetryKeepsIt()
    {
        var id = await AcceptAsync(timeout: 60_000);
        Node.Target.OnPublish = NeverEndsAsync;

        (await Node.RunAsync(id)).Outcome.Should().Be(AttemptOutcome.Failed);

        (await Node.ViewAsync(id)).Failure!.Category.Should().Be(FailureCategory.User);
        Node.Clock.Advance(TimeSpan.FromSeconds(1));
        var retried = await Node.SendAsync(new RetryDeploymentCommand(OrganizationFilter.All, id, "u", null));
        (await TimeoutOfAsync(retried.Value.Id)).Should().Be(TimeSpan.FromMinutes(1));
    }

    [Fact]
    public async Task RunningOut_WhileNoWorkerRanIt_IsOursHoweverLittleTheRequestAskedFor()
    {
        var id = await AcceptAsync(timeout: 60_000);
        Node.Target.OnCheck = ScriptedTarget.Says(Error.Unexpected("TARGET_UNAVAILABLE", "Busy."));
        (await Node.RunAsync(id)).Outcome.Should().Be(AttemptOutcome.RetryLater);
        Node.Clock.Advance(TimeSpan.FromHours(1));

        (await Node.SendAsync(new AbandonOverdueDeploymentCommand(id))).IsError.Should().BeFalse();

        (await Node.ViewAsync(id)).Failure!.Category.Should().Be(FailureCategory.Platform);
        (await Node.DeadLettersAsync(id)).Should().ContainSingle();
        (await Node.AskAsync<bool>("SELECT refunded_at IS NOT NULL FROM deploy.quota_charges WHERE deployment_id = $1", id.Value))
            .Should().BeTrue();
    }

    [Fact]
    public async Task Rollback_ToADeploymentOfAnotherLimit_GetsThePresentOne()
    {
        var first = await AcceptAsync(timeout: null);
        await Node.ExecuteAsync("UPDATE deploy.deployments SET settings_timeout = interval '1 minute' WHERE id = $1", first.Value);
        await Node.RunAsync(first);
        await Node.RunAsync(await AcceptAgainAsync(first, "second", timeout: null));
        Node.Clock.Advance(TimeSpan.FromSeconds(1));

        var back = await Node.SendAsync(new RollbackDeploymentCommand(OrganizationFilter.All, first, "u", null));

        (await TimeoutOfAsync(back.Value.Id)).Should().Be(Longest);
    }

    private async Task<DeploymentId> AcceptAsync(int? timeout)
    {
        var first = await Node.AcceptAsync(Page("zero"));
        await Node.RunAsync(first);
        return await AcceptAgainAsync(first, "first", timeout);
    }

    private async Task<DeploymentId> AcceptAgainAsync(DeploymentId earlier, string page, int? timeout)
    {
        Node.Clock.Advance(TimeSpan.FromSeconds(1)); // deployments of one project follow each other
        var view = await Node.ViewAsync(earlier);
        var command = new CreateDeploymentCommand(view.ProjectId, view.OrganizationId, "u")
        {
            Source = new RequestSource(Page(page), null),
            Timeout = timeout,
        };
        return (await Node.SendAsync(command)).Value.Id;
    }

    private Task<TimeSpan> TimeoutOfAsync(DeploymentId id) =>
        Node.AskAsync<TimeSpan>("SELECT settings_timeout FROM deploy.deployments WHERE id = $1", id.Value);

    private Task<ErrorOr<Success>> NeverEndsAsync(CancellationToken cancellationToken) =>
        Node.NeverEndAsync(TimeSpan.FromSeconds(61), cancellationToken);

    private static string Page(string text) => $$"""[{"path":"index.html","content":"{{text}}"}]""";
}
