using ErrorOr;
using Libra.Deploy.Application.Common;
using Libra.Deploy.Application.Deployments;
using Libra.Deploy.Application.Deployments.Pipeline;
using Libra.Deploy.Domain.Deployments;
using Libra.Deploy.IntegrationTests.Persistence;

namespace Libra.Deploy.IntegrationTests.Deployments.Pipeline;

/// <summary>Rolling back and repeating: when it is the only way back, and when the project is somebody else's by now.</summary>
public sealed class WayBackTests(TestPostgres server) : IAsyncLifetime
{
    private static readonly DateTimeOffset Start = new(2026, 11, 23, 12, 0, 0, TimeSpan.Zero);

    private readonly DirectoryInfo _objects = Directory.CreateTempSubdirectory("libra-objects-");
    private PipelineNode _node = null!;

    public async ValueTask InitializeAsync() =>
        _node = await PipelineNode.StartAsync("first", await server.CreateDatabaseAsync(), _objects.FullName, Start);

    public async ValueTask DisposeAsync()
    {
        await _node.DisposeAsync();
        _objects.Delete(recursive: true);
    }

    [Fact]
    public async Task Rollback_ToTheLastCompletedOne_AfterAnotherFailedWhileItWentLive_IsTheWayBack()
    {
        var good = await CompleteAsync();
        var bad = await DeployAgainAsync(good, "worse");
        _node.Target.OnVerify = ScriptedTarget.Says(Error.Failure("VERIFICATION_FAILED", "It answers 500."));
        (await _node.RunAsync(bad)).Outcome.Should().Be(AttemptOutcome.Failed);
        _node.Target.OnVerify = _ => ScriptedTarget.Fine();

        var back = await RollBackAsync(good);

        back.IsError.Should().BeFalse();
        (await _node.RunAsync(back.Value.Id)).Outcome.Should().Be(AttemptOutcome.Completed);
        _node.Target.Published[^1].Should().Be(_node.Target.Published[0]).And.NotBe(_node.Target.Published[1]);
    }

    [Fact]
    public async Task Rollback_ToWhatIsLive_AfterAnotherFailedBeforeItsVersionWasTouched_IsRefused()
    {
        var good = await CompleteAsync();
        var bad = await DeployAgainAsync(good, "worse");
        _node.Target.OnCheck = ScriptedTarget.Says(Error.Failure("TARGET_REJECTED", "No."));
        (await _node.RunAsync(bad)).Outcome.Should().Be(AttemptOutcome.Failed);
        _node.Target.OnCheck = _ => ScriptedTarget.Fine();

        (await RollBackAsync(good)).FirstError.Code.Should().Be("INVALID_STATE");
    }

    [Fact]
    public async Task RollbackAndRetry_OfAProjectThatMovedToAnotherOrganization_FindNothingAndLeaveItAlone()
    {
        var good = await CompleteAsync();
        var failed = await DeployAgainAsync(good, "worse");
        _node.Target.OnPublish = ScriptedTarget.Says(Error.Failure("TARGET_REJECTED", "No."));
        await _node.RunAsync(failed);
        var project = (await _node.ViewAsync(good)).ProjectId;
        await _node.ExecuteAsync("UPDATE public.project SET organization_id = 'new-owner' WHERE id = $1", project);

        var answers = new[]
        {
            await RollBackAsync(good),
            await _node.SendAsync(new RetryDeploymentCommand(OrganizationFilter.All, failed, "u", RequestId: null)),
        };

        answers.Should().OnlyContain(answer => answer.FirstError.Code == "PROJECT_NOT_FOUND");
        (await _node.AskAsync<string>("SELECT workflow_id FROM public.project WHERE id = $1", project)).Should().Be(failed.Value);
    }

    private async Task<DeploymentId> CompleteAsync()
    {
        var id = await _node.AcceptAsync(Page("good"));
        (await _node.RunAsync(id)).Outcome.Should().Be(AttemptOutcome.Completed);
        return id;
    }

    private async Task<DeploymentId> DeployAgainAsync(DeploymentId earlier, string page)
    {
        _node.Clock.Advance(TimeSpan.FromSeconds(1)); // deployments of one project follow each other
        var view = await _node.ViewAsync(earlier);
        var command = new CreateDeploymentCommand(view.ProjectId, view.OrganizationId, "u") { Source = new RequestSource(Page(page), null) };
        return (await _node.SendAsync(command)).Value.Id;
    }

    private async Task<ErrorOr<AcceptedDeployment>> RollBackAsync(DeploymentId to)
    {
        _node.Clock.Advance(TimeSpan.FromSeconds(1));
        return await _node.SendAsync(new RollbackDeploymentCommand(OrganizationFilter.All, to, "u", RequestId: null));
    }

    private static string Page(string text) => $$"""[{"path":"index.html","content":"{{text}}"}]""";
}
