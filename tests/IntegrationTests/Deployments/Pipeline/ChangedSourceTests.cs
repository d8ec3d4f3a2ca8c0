using Libra.Deploy.Application.Deployments;
using Libra.Deploy.Application.Deployments.Pipeline;
using Libra.Deploy.Domain.Deployments;
using Libra.Deploy.IntegrationTests.Artifacts;
using Libra.Deploy.IntegrationTests.Persistence;

namespace Libra.Deploy.IntegrationTests.Deployments.Pipeline;

/// <summary>A project that is changed while its deployment waits for another attempt: what is built is what is recorded.</summary>
public sealed class ChangedSourceTests(TestPostgres server) : OneNode(server)
{
    private const string Before = """{"path":"package.json","type":"create","modified":"{\"scripts\":{\"build\":\"before\"}}"}""";
    private const string After = """{"path":"package.json","type":"create","modified":"{\"scripts\":{\"build\":\"after\"}}"}""";
    private const string NodeProgram = """{"path":"package.json","type":"create","modified":"{\"scripts\":{\"start\":\"node .\"}}"}""";

    private string _project = null!;
    private string _organization = null!;

    public override async ValueTask InitializeAsync()
    {
        await base.InitializeAsync();
        var first = await Node.AcceptAsync();
        await Node.RunAsync(first);
        var view = await Node.ViewAsync(first);
        (_project, _organization) = (view.ProjectId, view.OrganizationId);
    }

    [Fact]
    public async Task Run_AfterTheProjectChanged_RecordsWhatItBuilds_SoThatTheEarlierSourceIsNotTakenForBuilt()
    {
        var id = await InterruptAsync(Before);
        await SaveAsync(After);
        await CompleteAsync(id, "after");
        await SaveAsync(Before);

        var restored = await AcceptAsync();
        await CompleteAsync(restored, "before");

        (await Node.ViewAsync(restored)).ArtifactReused.Should().BeFalse("this source was never built");
        Node.Target.Published[^1].Should().NotBe(Node.Target.Published[^2]);
    }

    [Fact]
    public async Task Run_AfterTheProjectBecameWhatValidationRefuses_IsRefusedAndPublishesNothing()
    {
        var id = await InterruptAsync(Before);
        var published = Node.Target.Published.Count;
        await SaveAsync(NodeProgram);

        (await Node.RunAsync(id)).Outcome.Should().Be(AttemptOutcome.Failed);

        (await Node.ViewAsync(id)).Failure!.Code.Should().Be("DEPLOYMENT_VALIDATION_FAILED");
        Node.Target.Published.Should().HaveCount(published);
    }

    [Fact]
    public async Task Run_AfterTheProjectBecameWhatWasBuiltBefore_TakesThatArtifactWithoutASandbox()
    {
        await SaveAsync(After);
        await CompleteAsync(await AcceptAsync(), "after");
        var built = Node.Target.Published[^1];
        var id = await InterruptAsync(Before);
        var made = Node.Sandboxes.Made;
        await SaveAsync(After);

        await CompleteAsync(id, "after");

        (await Node.ViewAsync(id)).ArtifactReused.Should().BeTrue();
        (Node.Sandboxes.Made, Node.Target.Published[^1]).Should().Be((made, built));
    }

    /// <summary>A deployment of this source whose sandbox could not be made; its next attempt is due.</summary>
    private async Task<DeploymentId> InterruptAsync(string file)
    {
        await SaveAsync(file);
        var id = await AcceptAsync();
        Node.Sandboxes.Trouble = ("Create", new SandboxException("SANDBOX_CREATE_FAILED", "Busy.", transient: true));
        (await Node.RunAsync(id)).Outcome.Should().Be(AttemptOutcome.RetryLater);
        Node.Sandboxes.Mend();
        Node.Clock.Advance(TimeSpan.FromMinutes(1));
        return id;
    }

    private async Task CompleteAsync(DeploymentId id, string page)
    {
        Node.Sandboxes.Result = BuildTar.OfAssets(page);
        (await Node.RunAsync(id)).Outcome.Should().Be(AttemptOutcome.Completed);
    }

    private async Task<DeploymentId> AcceptAsync()
    {
        Node.Clock.Advance(TimeSpan.FromSeconds(1)); // deployments of one project follow each other
        return (await Node.SendAsync(new CreateDeploymentCommand(_project, _organization, "u"))).Value.Id;
    }

    private Task SaveAsync(string file) => Node.ExecuteAsync(
        "UPDATE public.project SET message_history = $2 WHERE id = $1", _project,
        $$"""[{"type":"diff","base":"none","diff":[{{file}}]}]""");
}
