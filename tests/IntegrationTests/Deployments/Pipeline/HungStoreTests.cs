using Libra.Deploy.Application.Common;
using Libra.Deploy.Application.Deployments;
using Libra.Deploy.Application.Deployments.Pipeline;
using Libra.Deploy.Application.Storage;
using Libra.Deploy.Domain.Deployments;
using Libra.Deploy.IntegrationTests.Persistence;

namespace Libra.Deploy.IntegrationTests.Deployments.Pipeline;

/// <summary>Requests that concern the object store while it takes every question and answers none.</summary>
public sealed class HungStoreTests(TestPostgres server) : OneNode(server)
{
    private static readonly TimeSpan AFewSeconds = TimeSpan.FromSeconds(6);

    [Fact]
    public async Task Cancel_OfAWaitingDeployment_IsAnsweredAndTheLogSealedLater()
    {
        var id = await Node.AcceptAsync();
        var (asked, answers) = (NewSignal(), NewSignal());
        Node.Store.OnListLogs = _ => HangAsync(asked, answers.Task);

        var cancelling = Node.SendAsync(new CancelDeploymentCommand(OrganizationFilter.All, id));
        await asked.Task.WaitAsync(Eventually.Patience, TestContext.Current.CancellationToken);
        await Eventually.BecomesTrueAsync(
            () =>
            {
                Node.Clock.Advance(AFewSeconds); // again and again: the handler may come to its wait only after the first time
                return cancelling.IsCompleted;
            },
            Eventually.Patience, "it is answered");

        (await cancelling).Value.Should().Be(DeploymentStatus.Cancelled);
        answers.SetResult();
        await Eventually.BecomesTrueAsync(
            async () => await Node.AskAsync<bool>("SELECT archived_at IS NOT NULL FROM deploy.deployments WHERE id = $1", id.Value),
            Eventually.Patience, "the node goes on by itself");
    }

    [Theory]
    [InlineData(1, true)] // before the project is held
    [InlineData(2, false)] // beneath the hold, which ends with the limit
    public async Task Rollback_WhenTheStoreHangs_IsRefusedWithinSeconds(int hungQuestion, bool free)
    {
        var id = await Node.AcceptAsync();
        (await Node.RunAsync(id)).Outcome.Should().Be(AttemptOutcome.Completed);
        var project = (await Node.ViewAsync(id)).ProjectId;
        var (asked, questions) = (NewSignal(), 0);
        Node.Store.OnFindArtifact = cancelled =>
            ++questions == hungQuestion ? HangAsync(asked, Task.Delay(Timeout.Infinite, cancelled)) : Task.CompletedTask;

        var rollingBack = Node.SendAsync(new RollbackDeploymentCommand(OrganizationFilter.All, id, "u", RequestId: null));
        await asked.Task.WaitAsync(Eventually.Patience, TestContext.Current.CancellationToken);

        (await IsFreeAsync(project)).Should().Be(free);
        Node.Clock.Advance(AFewSeconds);
        await FluentActions.Awaiting(() => rollingBack.WaitAsync(Eventually.Patience)).Should().ThrowAsync<ObjectStoreException>();
        (await IsFreeAsync(project)).Should().BeTrue();
    }

    private async Task<bool> IsFreeAsync(string project) => await Node.AskAsync<long>(
        "SELECT count(*) FROM (SELECT 1 FROM public.project WHERE id = $1 FOR UPDATE SKIP LOCKED) free", project) == 1;

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private static Task HangAsync(TaskCompletionSource asked, Task end)
    {
        asked.TrySetResult();
        return end;
    }
}
