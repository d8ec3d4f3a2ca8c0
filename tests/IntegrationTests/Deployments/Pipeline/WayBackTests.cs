using ErrorOr;
using Libra.Deploy.Application.Common;
using Libra.Deploy.Application.Deployments;
using Libra.Deploy.Application.Deployments.Pipeline;
using Libra.Deploy.Domain.Deployments;
using Libra.Deploy.IntegrationTests.Persistence;

namespace Libra.Deploy.IntegrationTests.Deployments.Pipeline;

/// <summary>Rolling back and repeating: when it is the only way back, and when the project is somebody else's by now.</summary>
public sealed class WayBackTests(TestPostgres server) : OneNode(server)
{
    [Fact]
    public async Task Rollback_ToTheLastCompletedOne_AfterAnotherFailedWhileItWentLive_IsTheWayBack()
    {
        var good = await CompleteAsync();
        var bad = await DeployAgainAsync(good, "worse");
        Node.Target.OnVerify = ScriptedTarget.Says(Error.Failure("VERIFICATION_FAILED", "It answers 500."));
        (await Node.RunAsync(bad)).Outcome.Should().Be(AttemptOutcome.Failed);
        Node.Target.OnVerify = _ => ScriptedTarget.Fine();

        var back = await RollBackAsync(good);

        back.IsError.Should().BeFalse();
        (await Node.RunAsync(back.Value.Id)).Outcome.Should().Be(AttemptOutcome.Completed);
        Node.Target.Published[^1].Should().Be(Node.Target.Published[0]).And.NotBe(Node.Target.Published[1]);
    }

    [Fact]
    public async Task Rollback_ToWhatIsLive_AfterAnotherFailedBeforeItsVersionWasTouched_IsRefused()
    {
        var good = await CompleteAsync();
        var bad = await DeployAgainAsync(good, "worse");
        Node.Target.OnCheck = ScriptedTarget.Says(Error.Failure("TARGET_REJECTED", "No."));
        (await Node.RunAsync(bad)).Outcome.Should().Be(AttemptOutcome.Failed);
        Node.Target.OnCheck = _ => ScriptedTarget.Fine();

        (await RollBackAsync(good)).FirstError.Code.Should().Be("INVALID_STATE");
    }

    [Fact]
    public async Task RollbackAndRetry_OfAProjectThatMovedToAnotherOrganization_FindNothingAndLeaveItAlone()
    {
        var good = await CompleteAsync();
        var failed = await DeployAgainAsync(good, "worse");
        Node.Target.OnPublish = ScriptedTarget.Says(Error.Failure("TARGET_REJECTED", "No."));
        await Node.RunAsync(failed);
        var project = (await Node.ViewAsync(good)).ProjectId;
        await Node.ExecuteAsync("UPDATE public.project SET organization_id = 'new-owner' WHERE id = $1", project);

        var answers = new[]
        {
            await RollBackAsync(good),
            await Node.SendAsync(new RetryDeploymentCommand(OrganizationFilter.All, failed, "u", RequestId: null)),
        };

        answers.Should().OnlyContain(answer => answer.FirstError.Code == "PROJECT_NOT_FOUND");
        (await Node.AskAsync<string>("SELECT workflow_id FROM public.project WHERE id = $1", project)).Should().Be(failed.Value);
    }

    private async Task<DeploymentId> CompleteAsync()
    {
        var id = await Node.AcceptAsync(Page("good"));
        (await Node.RunAsync(id)).Outcome.Should().Be(AttemptOutcome.Completed);
        return id;
    }

    private async Task<DeploymentId> DeployAgainAsync(DeploymentId earlier, string page)
    {
        Node.Clock.Advance(TimeSpan.FromSeconds(1)); // deployments of one project follow each other
        var view = await Node.ViewAsync(earlier);
        var command = new CreateDeploymentCommand(view.ProjectId, view.OrganizationId, "u") { Source = new RequestSource(Page(page), null) };
        return (await Node.SendAsync(command)).Value.Id;
    }

    private async Task<ErrorOr<AcceptedDeployment>> RollBackAsync(DeploymentId to)
    {
        Node.Clock.Advance(TimeSpan.FromSeconds(1));
        return await Node.SendAsync(new RollbackDeploymentCommand(OrganizationFilter.All, to, "u", RequestId: null));
    }

    private static string Page(string text) => $$"""[{"path":"index.html","content":"{{text}}"}]""";
}
