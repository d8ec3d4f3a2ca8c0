using ErrorOr;
using Libra.Deploy.Application.Common;
using Libra.Deploy.Application.Deployments;
using Libra.Deploy.Application.Deployments.Pipeline;
using Libra.Deploy.Application.Queue;
using Libra.Deploy.Domain.Deployments;
using Libra.Deploy.IntegrationTests.Artifacts;
using Libra.Deploy.IntegrationTests.Persistence;

namespace Libra.Deploy.IntegrationTests.Deployments.Pipeline;

/// <summary>Every cause of failure, provoked where it can happen, takes the road that the table of causes promises.</summary>
public sealed class FailureCauseTests(TestPostgres server) : OneNode(server)
{
    private const int Attempts = 4;
    private static readonly SandboxExit Exited = new(SandboxExitReason.Exited, 1);
    private static readonly TimeSpan AskedFor = TimeSpan.FromSeconds(90);

    [Theory]
    [InlineData("DEPLOYMENT_VALIDATION_FAILED")]
    [InlineData("PROJECT_NOT_FOUND")]
    [InlineData("PROJECT_INACTIVE")]
    [InlineData("VALIDATION_ERROR")]
    [InlineData("INSTALL_FAILED")]
    [InlineData("BUILD_FAILED")]
    [InlineData("BUILD_OUT_OF_MEMORY")]
    [InlineData("ARTIFACT_INVALID")]
    [InlineData("TARGET_REJECTED")]
    [InlineData("VERIFICATION_FAILED")]
    public async Task TheUsersCause_EndsTheDeploymentAtOnceAndKeepsItsCharge(string code)
    {
        var id = await AcceptAsync(code);
        await ProvokeAsync(code, id);

        var run = await Node.RunAsync(id);

        run.Outcome.Should().Be(AttemptOutcome.Failed, run.Message);
        var end = await Node.ViewAsync(id);
        (end.Status, end.Attempt, end.Failure!.Code, end.Failure.Category)
            .Should().Be((DeploymentStatus.Failed, 1, code, FailureCategory.User));
        end.Failure.Retryable.Should().BeFalse();
        (await Node.DeadLettersAsync(id)).Should().BeEmpty();
        (await IsRefundedAsync(id)).Should().BeFalse();
    }

    [Theory]
    [InlineData("SANDBOX_CREATE_FAILED", "provider", "sandbox")]
    [InlineData("SANDBOX_CONNECT_FAILED", "provider", "sandbox")]
    [InlineData("SANDBOX_COMMAND_FAILED", "provider", "sandbox")]
    [InlineData("FILE_SYNC_FAILED", "provider", "sandbox")]
    [InlineData("STORAGE_WRITE_FAILED", "platform", "sandbox")]
    [InlineData("STORAGE_READ_FAILED", "platform", "deploy")]
    [InlineData("TARGET_UNAVAILABLE", "provider", "deploy")]
    [InlineData("DEPLOYMENT_STEP_FAILED", "platform", "deploy")]
    public async Task WhatMayPass_IsTriedAgainFromTheFailedStepThenKeptAndReplayed(string code, string category, string retryBegins)
    {
        var id = await AcceptAsync(code);
        await ProvokeAsync(code, id);

        for (var attempt = 1; attempt < Attempts; attempt++) await ExpectRetryAsync(id, code, attempt);
        (await Node.RunAsync(id)).Outcome.Should().Be(AttemptOutcome.DeadLettered);

        var end = await Node.ViewAsync(id);
        (end.Status, end.Attempt, end.Failure!.Code).Should().Be((DeploymentStatus.Failed, Attempts, code));
        end.Failure.Category.ToString().ToLowerInvariant().Should().Be(category);
        end.Journal.Where(run => run.Attempt == 2).MinBy(run => run.Step)!.Step.WireName()
            .Should().Be(retryBegins, "what is done is not done again");
        var letter = (await Node.DeadLettersAsync(id)).Should().ContainSingle().Subject;
        (letter.Reason, letter.TotalRetries, letter.RetryHistory.Count)
            .Should().Be((DeadLetterReasons.MaxRetriesExceeded, Attempts - 1, Attempts));
        (await IsRefundedAsync(id)).Should().BeTrue();
        await ExpectReplayToCompleteAsync(id, letter.Id);
    }

    [Theory]
    [InlineData("TARGET_UNAVAILABLE")]
    [InlineData("SANDBOX_CREATE_FAILED")]
    public async Task WhatSomebodyHasToMend_IsKeptAtOnceAndReplayed(string code)
    {
        var id = await AcceptAsync(code);
        Node.Target.OnPublish = ScriptedTarget.Says(Error.Failure("TARGET_UNAVAILABLE", "The API token may not do this."));
        if (code == "SANDBOX_CREATE_FAILED")
            Node.Sandboxes.Trouble = ("Create", new SandboxException(code, "npm is not installed.", transient: false));

        (await Node.RunAsync(id)).Outcome.Should().Be(AttemptOutcome.DeadLettered);

        var end = await Node.ViewAsync(id);
        (end.Attempt, end.Failure!.Code, end.Failure.Category, end.Failure.Retryable)
            .Should().Be((1, code, FailureCategory.Platform, false));
        var letter = (await Node.DeadLettersAsync(id)).Should().ContainSingle().Subject;
        letter.Reason.Should().Be(DeadLetterReasons.SystemError);
        (await IsRefundedAsync(id)).Should().BeTrue();
        await ExpectReplayToCompleteAsync(id, letter.Id);
    }

    [Fact]
    public async Task DeploymentTimeout_EndsTheDeploymentAsADeadLetter()
    {
        var id = await AcceptAsync("DEPLOYMENT_TIMEOUT");
        await Node.ExecuteAsync("UPDATE deploy.deployments SET started_at = $2 WHERE id = $1", id.Value, Start.AddMinutes(-9));
        Node.Target.OnPublish = cancellationToken => Node.NeverEndAsync(TimeSpan.FromSeconds(61), cancellationToken);

        (await Node.RunAsync(id)).Outcome.Should().Be(AttemptOutcome.DeadLettered);

        (await Node.ViewAsync(id)).Failure!.Code.Should().Be("DEPLOYMENT_TIMEOUT");
        var letter = (await Node.DeadLettersAsync(id)).Should().ContainSingle().Subject;
        letter.Reason.Should().Be(DeadLetterReasons.ProcessingTimeout);
        (await IsRefundedAsync(id)).Should().BeTrue();
        await ExpectReplayToCompleteAsync(id, letter.Id);
    }

    [Fact]
    public async Task DeploymentTimeout_ThatTheRequestChose_IsTheUsersDoing()
    {
        var id = await AcceptAsync("DEPLOYMENT_TIMEOUT");
        await Node.ExecuteAsync(
            "UPDATE deploy.deployments SET settings_timeout = interval '1 minute', settings_timeout_shortened = true WHERE id = $1",
            id.Value);
        Node.Target.OnPublish = cancellationToken => Node.NeverEndAsync(TimeSpan.FromSeconds(61), cancellationToken);

        (await Node.RunAsync(id)).Outcome.Should().Be(AttemptOutcome.Failed);

        var failure = (await Node.ViewAsync(id)).Failure!;
        (failure.Code, failure.Category).Should().Be(("DEPLOYMENT_TIMEOUT", FailureCategory.User));
        failure.Hint.Should().Contain("config.timeout");
        (await Node.DeadLettersAsync(id)).Should().BeEmpty();
        (await IsRefundedAsync(id)).Should().BeFalse();
    }

    [Fact]
    public async Task DeploymentQuotaExceeded_IsAnsweredBeforeThereIsADeployment()
    {
        var first = await Node.AcceptAsync();
        var view = await Node.ViewAsync(first);
        await Node.RunAsync(first);
        await Node.ExecuteAsync("UPDATE public.subscription_limit SET deploy_limit = 0 WHERE organization_id = $1", view.OrganizationId);

        var refused = await Node.SendAsync(new CreateDeploymentCommand(view.ProjectId, view.OrganizationId, "u"));

        refused.FirstError.Code.Should().Be("DEPLOYMENT_QUOTA_EXCEEDED");
        (await Node.AskAsync<long>("SELECT count(*) FROM deploy.deployments WHERE organization_id = $1", view.OrganizationId))
            .Should().Be(1);
    }

    [Fact]
    public async Task Refusal_ThatQuotesANulCharacter_IsTheUsersAtOnce()
    {
        var id = await Node.AcceptAsync();
        Node.Target.OnPublish = ScriptedTarget.Says(Error.Failure("TARGET_REJECTED", "'a\0b\uD83D' cannot be the name of a binding."));

        (await Node.RunAsync(id)).Outcome.Should().Be(AttemptOutcome.Failed);

        var failure = (await Node.ViewAsync(id)).Failure!;
        (failure.Category, failure.Message).Should().Be((FailureCategory.User, "'a\uFFFDb\uFFFD' cannot be the name of a binding."));
    }

    [Fact]
    public async Task TargetThatCannotTakeIt_IsFoundOutBeforeTheBuild()
    {
        var id = await Node.AcceptAsync();
        Node.Target.OnCheck = ScriptedTarget.Says(Error.Failure("TARGET_UNAVAILABLE", "The account has no Workers for Platforms."));

        (await Node.RunAsync(id)).Outcome.Should().Be(AttemptOutcome.DeadLettered, "somebody has to mend the account first");

        var failure = (await Node.ViewAsync(id)).Failure!;
        (failure.Code, failure.Step).Should().Be(("TARGET_UNAVAILABLE", DeploymentStep.Validation));
        failure.Message.Should().Be("The account has no Workers for Platforms.");
        (Node.Sandboxes.Made, Node.Target.Published.Count).Should().Be((0, 0));
        (await IsRefundedAsync(id)).Should().BeTrue();
    }

    [Fact]
    public async Task InstallFailed_WhenTheRegistryIsAway_IsTheProvidersAndTriedAgain()
    {
        var id = await AcceptAsync("INSTALL_FAILED");
        (Node.Sandboxes.Installed, Node.Sandboxes.InstallSays) = (Exited, "error: ConnectionRefused downloading package manifest\n");

        (await Node.RunAsync(id)).Outcome.Should().Be(AttemptOutcome.RetryLater);

        (await Node.ViewAsync(id)).Failure!.Category.Should().Be(FailureCategory.Provider);
    }

    [Fact]
    public async Task InstallFailed_WhenItWasRefusedInWordsOfANetwork_IsTheUsers()
    {
        var id = await AcceptAsync("INSTALL_FAILED");
        Node.Sandboxes.Installed = new SandboxExit(SandboxExitReason.Refused, null);
        Node.Sandboxes.InstallSays = "package.json: the dependency 'x' is 'file:ECONNRESET'\n";

        (await Node.RunAsync(id)).Outcome.Should().Be(AttemptOutcome.Failed);

        (await Node.ViewAsync(id)).Failure!.Category.Should().Be(FailureCategory.User);
    }

    [Fact]
    public async Task ALogThatCannotBeOpened_LetsTheDeploymentWaitWithItsAttemptAndItsTime()
    {
        var id = await Node.AcceptAsync();
        Node.Store.RefusesLogs = true;

        while (Node.Clock.GetUtcNow() < Start + TimeSpan.FromMinutes(15)) // longer than the deployment may take
        {
            var run = await Node.RunAsync(id);
            run.Outcome.Should().Be(AttemptOutcome.RetryLater, run.Message);
            Node.Clock.Advance(run.DueAt!.Value - Node.Clock.GetUtcNow());
        }

        var waiting = await Node.ViewAsync(id);
        (waiting.Status, waiting.Attempt, waiting.StartedAt, waiting.Journal.Count).Should().Be((DeploymentStatus.Pending, 0, null, 0));
        Node.Store.RefusesLogs = false;
        (await Node.RunAsync(id)).Outcome.Should().Be(AttemptOutcome.Completed);
        (await Node.ViewAsync(id)).Attempt.Should().Be(1);
        (await Node.AskAsync<int>("SELECT interruptions FROM deploy.deployments WHERE id = $1", id.Value)).Should().Be(0);
        (await Node.LogOfAsync(id)).Should()
            .NotContain(line => line.Contains("continues", StringComparison.Ordinal), "nobody had begun it");
    }

    [Fact]
    public async Task ALogThatCannotBeOpenedAgain_CostsNoAttemptAndCountsAsNoDeath()
    {
        var id = await Node.AcceptAsync();
        Node.Target.OnPublish = ScriptedTarget.Says(Error.Unexpected("TARGET_UNAVAILABLE", "Busy."));
        Node.Clock.Advance((await Node.RunAsync(id)).DueAt!.Value - Start);
        (Node.Store.RefusesLogs, Node.Target.OnPublish) = (true, _ => ScriptedTarget.Fine());

        for (var turn = 0; turn <= Deployment.MaxInterruptions; turn++)
            (await Node.RunAsync(id)).Outcome.Should().Be(AttemptOutcome.HandedOver, "the reaper alone sends it again");

        Node.Store.RefusesLogs = false;
        (await Node.RunAsync(id)).Outcome.Should().Be(AttemptOutcome.Completed);
        var end = await Node.ViewAsync(id);
        (end.Attempt, end.StartedAt).Should().Be((2, Start));
        (await Node.AskAsync<int>("SELECT interruptions FROM deploy.deployments WHERE id = $1", id.Value)).Should().Be(0);
    }

    [Fact]
    public async Task ALogThatIsStillBeingOpenedWhenTheTimeIsOver_LetsTheDeploymentWaitAsWell()
    {
        var id = await Node.AcceptAsync();
        await Node.ExecuteAsync("UPDATE deploy.deployments SET settings_timeout = interval '1 second' WHERE id = $1", id.Value);
        Node.Store.OnListLogs = cancellationToken =>
        {
            Node.Store.OnListLogs = _ => Task.CompletedTask;
            return Task.Delay(Timeout.InfiniteTimeSpan, cancellationToken);
        };

        var run = Node.RunAsync(id);
        await Eventually.BecomesTrueAsync(
            () =>
            {
                Node.Clock.Advance(TimeSpan.FromSeconds(2));
                return run.IsCompleted;
            },
            Eventually.Patience, "its time is over");

        (await run).Outcome.Should().Be(AttemptOutcome.RetryLater);
        (await Node.ViewAsync(id)).Status.Should().Be(DeploymentStatus.Pending);
        (await IsRefundedAsync(id)).Should().BeFalse("it still waits");
    }

    [Fact]
    public async Task AnEndThatCouldNotBeWritten_IsAllThatTheNextAttemptWrites()
    {
        var id = await Node.AcceptAsync();
        Node.Target.OnVerify = ScriptedTarget.Says(Error.Unexpected("TARGET_UNAVAILABLE", "Busy."));
        Node.Clock.Advance((await Node.RunAsync(id)).DueAt!.Value - Start);
        await Node.ExecuteAsync("UPDATE deploy.deployment_steps SET status = 'Completed' WHERE deployment_id = $1", id.Value);
        await Node.ExecuteAsync(
            "INSERT INTO deploy.deployment_steps (deployment_id, attempt, step, status, starts) VALUES ($1, 1, 'cleanup', 'Completed', 1)",
            id.Value);

        (await Node.RunAsync(id)).Outcome.Should().Be(AttemptOutcome.Completed);

        Node.Target.Published.Should().ContainSingle("what is live is not put live again");
    }

    private Task<DeploymentId> AcceptAsync(string code) => code switch
    {
        "DEPLOYMENT_VALIDATION_FAILED" => Node.AcceptAsync("""[{"path":"../escape.html","content":"x"}]"""),
        "VALIDATION_ERROR" => Node.AcceptAsync(customDomain: "www.customer.example"),
        _ => Node.AcceptAsync(),
    };

    private async Task ProvokeAsync(string code, DeploymentId id)
    {
        var project = (await Node.ViewAsync(id)).ProjectId;
        switch (code)
        {
            case "DEPLOYMENT_VALIDATION_FAILED":
                break;
            case "PROJECT_NOT_FOUND":
                await Node.ExecuteAsync("DELETE FROM public.project WHERE id = $1", project);
                break;
            case "PROJECT_INACTIVE":
                await Node.ExecuteAsync("UPDATE public.project SET is_active = false WHERE id = $1", project);
                break;
            case "VALIDATION_ERROR":
                var other = await Node.ViewAsync(await Node.AcceptAsync());
                await Node.ExecuteAsync("UPDATE public.project SET custom_domain = 'www.customer.example' WHERE id = $1", other.ProjectId);
                break;
            default:
                Provoke(code);
                break;
        }
    }

    private void Provoke(string code)
    {
        var (sandboxes, target) = (Node.Sandboxes, Node.Target);
        switch (code)
        {
            case "SANDBOX_CREATE_FAILED" or "SANDBOX_CONNECT_FAILED":
                sandboxes.Trouble = ("Create", new SandboxException(code, "Busy.", transient: true));
                break;
            case "SANDBOX_COMMAND_FAILED":
                sandboxes.Trouble = ("Build", new SandboxException(code, "The stream broke.", transient: true));
                break;
            case "FILE_SYNC_FAILED":
                sandboxes.Trouble = ("Write", new SandboxException(code, "The transfer broke.", transient: true));
                break;
            case "INSTALL_FAILED":
                sandboxes.Installed = Exited;
                break;
            case "BUILD_FAILED":
                sandboxes.Built = Exited;
                break;
            case "BUILD_OUT_OF_MEMORY":
                sandboxes.Built = new SandboxExit(SandboxExitReason.OutOfMemory, null);
                break;
            case "ARTIFACT_INVALID":
                sandboxes.Result = new BuildTar();
                break;
            case "STORAGE_READ_FAILED":
                Node.Store.RefusesReads = true;
                break;
            case "STORAGE_WRITE_FAILED":
                // Content of its own: what is stored already would not be written.
                (sandboxes.Result, Node.Store.RefusesWrites) = (BuildTar.OfAssets(Guid.NewGuid().ToString()), true);
                break;
            case "TARGET_REJECTED":
                target.OnPublish = ScriptedTarget.Says(Error.Failure(code, "The worker is too large."));
                break;
            case "TARGET_UNAVAILABLE":
                target.OnPublish = ScriptedTarget.Says(Error.Unexpected(code, "Busy.", new() { ["retryAfter"] = AskedFor }));
                break;
            case "VERIFICATION_FAILED":
                target.OnVerify = ScriptedTarget.Says(Error.Failure(code, "It answers 500."));
                break;
            case "DEPLOYMENT_STEP_FAILED":
                target.OnPublish = _ => throw new InvalidOperationException("A bug.");
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(code), code, "Nobody knows how to provoke it.");
        }
    }

    private async Task ExpectRetryAsync(DeploymentId id, string code, int attempt)
    {
        var run = await Node.RunAsync(id);
        run.Outcome.Should().Be(AttemptOutcome.RetryLater, run.Message);

        var waiting = await Node.ViewAsync(id);
        (waiting.Status, waiting.Attempt, waiting.Failure!.Code).Should().Be((DeploymentStatus.Pending, attempt, code));
        var pause = waiting.DueAt - Node.Clock.GetUtcNow();
        if (code == "TARGET_UNAVAILABLE") pause.Should().Be(AskedFor);
        else pause.TotalSeconds.Should().BeInRange(0.75 * Math.Pow(2, attempt), 1.25 * Math.Pow(2, attempt));
        (await Node.RunAsync(id)).Outcome.Should().Be(AttemptOutcome.NotClaimed, "it is not due yet");
        Node.Clock.Advance(pause);
    }

    private async Task ExpectReplayToCompleteAsync(DeploymentId ended, Domain.Queue.DeadLetterId letter)
    {
        Mend();
        var replayed = await Node.SendAsync(
            new ReplayDeadLetterCommand(OrganizationFilter.All, letter, new ReplayRequest("test", "mended", null)));
        replayed.IsError.Should().BeFalse();

        (await Node.RunAsync(replayed.Value.Id)).Outcome.Should().Be(AttemptOutcome.Completed);

        (await Node.ViewAsync(replayed.Value.Id)).PredecessorId.Should().Be(ended);
        (await IsRefundedAsync(replayed.Value.Id)).Should().BeFalse("the one that succeeded is paid for");
    }

    private void Mend()
    {
        Node.Sandboxes.Mend();
        (Node.Store.RefusesReads, Node.Store.RefusesWrites) = (false, false);
        Node.Target.OnPublish = _ => ScriptedTarget.Fine();
    }

    private Task<bool> IsRefundedAsync(DeploymentId id) =>
        Node.AskAsync<bool>("SELECT bool_and(refunded_at IS NOT NULL) FROM deploy.quota_charges WHERE deployment_id = $1", id.Value);
}
