using ErrorOr;
using Libra.Deploy.Application.Common;
using Libra.Deploy.Application.Deployments;
using Libra.Deploy.Application.Deployments.Logs;
using Libra.Deploy.Application.Deployments.Pipeline;
using Libra.Deploy.Domain.Deployments;
using Libra.Deploy.IntegrationTests.Persistence;
using Microsoft.Extensions.DependencyInjection;

namespace Libra.Deploy.IntegrationTests.Deployments.Pipeline;

/// <summary>A cancellation that was answered well is never forgotten, whatever else happens to the worker at that moment.</summary>
public sealed class CancelledRunTests(TestPostgres server) : OneNode(server)
{
    private DeploymentId _id;

    public override async ValueTask InitializeAsync()
    {
        await base.InitializeAsync();
        _id = await Node.AcceptAsync();
    }

    [Fact]
    public async Task Cancel_WhileTheAttemptFails_EndsItInsteadOfTryingAgain()
    {
        Node.Target.OnPublish = async _ =>
        {
            await CancelAsync();
            return Error.Unexpected("TARGET_UNAVAILABLE", "It answers 503.");
        };

        (await Node.RunAsync(_id)).Outcome.Should().Be(AttemptOutcome.Cancelled);

        (await Node.ViewAsync(_id)).Status.Should().Be(DeploymentStatus.Cancelled);
    }

    [Fact]
    public async Task Cancel_WhileNoWorkerHasIt_IsObeyedByTheNextBeforeItBeginsAnything()
    {
        await ClaimAndDieAsync();
        await CancelAsync();
        Node.Clock.Advance(TimeSpan.FromSeconds(21));

        (await Node.RunAsync(_id)).Outcome.Should().Be(AttemptOutcome.Cancelled);

        Node.Sandboxes.Made.Should().Be(0);
        Node.Target.Published.Should().BeEmpty();
    }

    [Fact]
    public async Task Cancel_WhileTheLogCannotBeOpened_EndsIt()
    {
        var opening = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Node.Store.OnListLogs = async cancellationToken =>
        {
            opening.TrySetResult();
            await Task.Delay(Timeout.InfiniteTimeSpan, cancellationToken);
        };
        var run = Node.RunAsync(_id);
        await (await Task.WhenAny(opening.Task, run)).WaitAsync(Eventually.Patience, TestContext.Current.CancellationToken);
        Node.Store.OnListLogs = _ => Task.CompletedTask;

        await CancelAsync();

        (await run).Outcome.Should().Be(AttemptOutcome.Cancelled);
        (await Node.ViewAsync(_id)).Status.Should().Be(DeploymentStatus.Cancelled);
    }

    [Fact]
    public async Task Cancel_WhileNoWorkerHasItAndTheStoreIsAway_IsObeyedByTheNext()
    {
        await ClaimAndDieAsync();
        await CancelAsync();
        Node.Clock.Advance(TimeSpan.FromSeconds(21));
        Node.Store.RefusesLogs = true;

        (await Node.RunAsync(_id)).Outcome.Should().Be(AttemptOutcome.Cancelled);

        (await Node.ViewAsync(_id)).Status.Should().Be(DeploymentStatus.Cancelled);
    }

    [Fact]
    public async Task Cancel_WhenNoWorkerCameBeforeTheTimeWasOver_StillCounts()
    {
        await ClaimAndDieAsync();
        await CancelAsync();
        Node.Clock.Advance(TimeSpan.FromMinutes(11));

        (await Node.SendAsync(new AbandonOverdueDeploymentCommand(_id))).IsError.Should().BeFalse();

        (await Node.ViewAsync(_id)).Status.Should().Be(DeploymentStatus.Cancelled);
        (await Node.DeadLettersAsync(_id)).Should().BeEmpty("a replay would deploy what was cancelled");
    }

    [Fact]
    public async Task Cancel_WhenTheDeploymentIsGivenUp_CountsMoreThanThat()
    {
        for (var death = 0; death <= Deployment.MaxInterruptions; death++)
        {
            await ClaimAndDieAsync();
            Node.Clock.Advance(TimeSpan.FromSeconds(21));
        }

        await CancelAsync();

        (await Node.RunAsync(_id)).Outcome.Should().Be(AttemptOutcome.Cancelled, "a failed job would stand for a dead letter");
        (await Node.DeadLettersAsync(_id)).Should().BeEmpty();
    }

    [Fact]
    public async Task HandOver_ClosesTheLogBeforeAnotherMayGoOn()
    {
        using var stopping = new CancellationTokenSource();
        Node.Target.OnCheck = async _ =>
        {
            await stopping.CancelAsync();
            return Result.Success;
        };
        (await Node.RunAsync(_id, stopping.Token)).Outcome.Should().Be(AttemptOutcome.HandedOver);
        Node.Target.OnCheck = _ => ScriptedTarget.Fine();

        (await Node.RunAsync(_id)).Outcome.Should().Be(AttemptOutcome.Completed, "a released lease is free at once");

        var view = await Node.ViewAsync(_id);
        await using var scope = Node.Scope();
        var log = await scope.ServiceProvider.GetRequiredService<IDeploymentLog>().ReadAsync(
            new LogSubject(_id, view.OrganizationId, view.ProjectId), new LogQuery(Cursor: null, Limit: 100), TestContext.Current.CancellationToken);
        log.Entries.Select(line => line.Message).Should().Contain("Attempt 1 continues.")
            .And.NotContain(line => line.Contains("without closing", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Renew_AfterTheLeaseWasReleased_DoesNotTakeItBack()
    {
        await using var scope = Node.Scope();
        var held = await ClaimAndDieAsync();
        var leases = scope.ServiceProvider.GetRequiredService<IDeploymentLeases>();
        var renewed = held.ExpiresAt.AddSeconds(2);
        (await leases.RenewAsync(_id, held.Token, held.ExpiresAt, renewed, default)).Should().Be(LeaseRenewal.Held);

        await Node.ExecuteAsync("UPDATE deploy.deployments SET lease_expires_at = $1 WHERE id = $2", Start, _id.Value);

        (await leases.RenewAsync(_id, held.Token, renewed, renewed.AddSeconds(2), default)).Should().Be(LeaseRenewal.Lost);
        (await Node.AskAsync<DateTime>("SELECT lease_expires_at FROM deploy.deployments WHERE id = $1", _id.Value))
            .Should().Be(Start.UtcDateTime);
    }

    private async Task CancelAsync()
    {
        (await Node.SendAsync(new CancelDeploymentCommand(OrganizationFilter.All, _id))).IsError.Should().BeFalse();
        await using var scope = Node.Scope();
        scope.ServiceProvider.GetRequiredService<RunningDeployments>().Interrupt(_id); // as the queue does
    }

    private async Task<Lease> ClaimAndDieAsync()
    {
        await using var scope = Node.Scope();
        var work = scope.ServiceProvider.GetRequiredService<IUnitOfWork>();
        await using var transaction = await work.BeginAsync(TestContext.Current.CancellationToken);
        var deployment = await scope.ServiceProvider.GetRequiredService<IDeploymentRepository>()
            .FindForUpdateAsync(_id, TestContext.Current.CancellationToken);
        var lease = deployment!.Claim("dead", Node.Clock.GetUtcNow(), TimeSpan.FromSeconds(20)).Value;
        await work.CommitAsync(TestContext.Current.CancellationToken);
        return lease;
    }
}
