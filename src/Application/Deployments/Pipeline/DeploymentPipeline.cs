using ErrorOr;
using Libra.Deploy.Application.Common;
using Libra.Deploy.Application.Deployments.Archive;
using Libra.Deploy.Application.Deployments.Logs;
using Libra.Deploy.Application.Telemetry;
using Libra.Deploy.Domain.Deployments;
using Libra.Deploy.Domain.Projects;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using LogLevel = Libra.Deploy.Application.Deployments.Logs.LogLevel;

namespace Libra.Deploy.Application.Deployments.Pipeline;

/// <summary>
/// Runs one attempt of a deployment: validation, sandbox, sync, build, deploy, cleanup, from the first step that is not done.
/// Steps say what happened; the pipeline alone moves the deployment.
/// </summary>
internal sealed class DeploymentPipeline(
    IEnumerable<IDeploymentStep> steps,
    DeploymentJournal journal,
    IDeploymentLog logs,
    DeploymentArchive archive,
    AttemptEnd end,
    IDeploymentLeases leases,
    IProjectRepository projects,
    RunningDeployments running,
    ISandboxProvider sandboxes,
    IOptions<DeploymentOptions> options,
    TimeProvider clock,
    ILogger<DeploymentPipeline> logger)
{
    private readonly Dictionary<DeploymentStep, IDeploymentStep> _steps = steps.ToDictionary(step => step.Step);

    /// <param name="node">Name of the node, which owns the lease.</param>
    /// <param name="stopping">The node shuts down: finish the running step, then hand over.</param>
    /// <param name="drained">The drain time is over: stop at once and hand over.</param>
    public async Task<AttemptResult> RunAsync(DeploymentId id, string node, CancellationToken stopping, CancellationToken drained)
    {
        await using var open = journal.Open(id);
        var waited = false;
        var claimed = await open.ChangeAsync(
            deployment =>
            {
                waited = deployment.Status == DeploymentStatus.Pending;
                return Claim(deployment, node);
            },
            drained);
        if (claimed.IsError) return AttemptResult.Refused(claimed.FirstError);
        if (claimed.Value.Interruptions > Deployment.MaxInterruptions)
            return await end.GiveUpAsync(id, FailureCauses.SuspectedKiller, DeadLetterReasons.SystemError);

        var deployment = claimed.Value;
        var lease = deployment.Lease!; // just taken, and a record: what is renewed later is another one
        if (waited) DeploymentMetrics.Claimed(clock.GetUtcNow() - deployment.DueAt);
        using var trace = DeploymentTraces.StartAttempt(deployment);
        using var scope = logger.BeginScope(Fields(deployment));
        await using var watch = new LeaseWatch(deployment, leases, options.Value, clock, logger, drained);
        running.Add(id, watch.Look);
        try
        {
            return await RunClaimedAsync(open, deployment, lease, watch, stopping);
        }
        finally
        {
            running.Remove(id);
        }
    }

    private async Task<AttemptResult> RunClaimedAsync(
        OpenJournal open, Deployment deployment, Lease lease, LeaseWatch watch, CancellationToken stopping)
    {
        var subject = LogSubject.Of(deployment);
        AttemptResult result;
        try
        {
            await using var log = await TryOpenLogAsync(subject, deployment, lease, watch.Token);
            if (log is null)
            {
                result = await end.PutOffAsync(deployment.Id, lease);
            }
            else
            {
                await using var context = new StepContext(deployment, lease, log, open);
                result = await RunLoggedAsync(context, watch, stopping);
            }
        }
        catch (LogWriterSupersededException sealedLog) when (sealedLog.HadEnded)
        {
            // A log is sealed after the end, which is refused a second time: one that has not ended is older than its log. No worker could
            // run it, and each that tried would count as one that it killed.
            result = await end.GiveUpAsync(deployment.Id, FailureCauses.OlderThanItsLog, DeadLetterReasons.SystemError);
        }
        catch (LogWriterSupersededException)
        {
            return new AttemptResult(AttemptOutcome.LeaseLost);
        }
        catch (OperationCanceledException) when (watch.Cause != StopCause.None)
        {
            result = await end.StopUnloggedAsync(deployment, lease, watch.Cause);
        }

        if (result.Outcome is AttemptOutcome.Completed or AttemptOutcome.Failed or AttemptOutcome.DeadLettered or AttemptOutcome.Cancelled)
            await archive.SealAsync(subject);
        return result;
    }

    /// <returns>Null when the object store is away.</returns>
    private async Task<IDeploymentLogWriter?> TryOpenLogAsync(
        LogSubject subject, Deployment deployment, Lease lease, CancellationToken cancellationToken)
    {
        try
        {
            return await logs.OpenAsync(subject, deployment.Attempt, lease.Token, !deployment.IsFirstTurn, cancellationToken);
        }
        catch (IOException away)
        {
            logger.LogWarning("The log of {DeploymentId} could not be opened: {Reason}", deployment.Id, away.Message);
            return null;
        }
    }

    private async Task<AttemptResult> RunLoggedAsync(StepContext context, LeaseWatch watch, CancellationToken stopping)
    {
        try
        {
            // Asked for while no worker had it: nothing is begun before the first heartbeat looks.
            if (context.Deployment.CancelRequestedAt is not null) return await end.StopAsync(context, StopCause.CancelRequested);

            context.Project = await projects.FindAsync(context.Deployment.ProjectId, watch.Token);
            return await WalkAsync(context, watch, stopping);
        }
        catch (OperationCanceledException) when (watch.Cause != StopCause.None)
        {
            return await end.StopAsync(context, watch.Cause);
        }
        catch (Exception away) when (context.Address is not null && DatabaseOutage.IsBehind(away))
        {
            // No failure of the attempt, which could be the last: the version is live. Whoever has the lease next finishes it.
            logger.LogWarning(away, "{DeploymentId} is live, but the database is away; another turn goes on", context.Deployment.Id);
            throw;
        }
        catch (Exception failure) when (failure is not (OutOfMemoryException or LogWriterSupersededException))
        {
            var step = context.Deployment.CurrentStep;
            logger.LogError(
                failure, "Attempt {Attempt} of {DeploymentId} failed unexpectedly in {Step}",
                context.Deployment.Attempt, context.Deployment.Id, step?.WireName());
            return await end.FailAsync(context, FailureCauses.Of(failure, step), error: null, failure);
        }
    }

    private async Task<AttemptResult> WalkAsync(StepContext context, LeaseWatch watch, CancellationToken stopping)
    {
        foreach (var step in context.Deployment.RemainingSteps())
        {
            if (stopping.IsCancellationRequested) return await end.HandOverAsync(context);

            watch.Token.ThrowIfCancellationRequested();
            var done = await RunStepAsync(_steps[step], context, watch.Token);
            if (done.IsError && done.FirstError.Code == DeploymentErrors.LeaseLost) return new AttemptResult(AttemptOutcome.LeaseLost);
            if (done.IsError)
            {
                var excerpt = context.Log.Tail(step, options.Value.ExcerptLines);
                return await end.FailAsync(context, FailureCauses.Of(done.FirstError, step, excerpt), done.FirstError);
            }
        }

        context.Log.Write(LogLevel.Info, null, $"Live at {context.Address}");
        await end.ShipLogAsync(context, watch.Token);
        // Neither a late store nor the end of its time takes back that the version is live.
        if (watch.Cause is StopCause.CancelRequested or StopCause.LeaseLost) return await end.StopAsync(context, watch.Cause);

        var completed = await context.RecordAsync((current, token) => current.Complete(token, clock.GetUtcNow()), CancellationToken.None);
        return completed.IsError ? AttemptResult.Refused(completed.FirstError) : new AttemptResult(AttemptOutcome.Completed);
    }

    private async Task<ErrorOr<Success>> RunStepAsync(IDeploymentStep step, StepContext context, CancellationToken cancellationToken)
    {
        if (step.SkipReason(context.Deployment) is { } reason)
        {
            context.Log.Write(LogLevel.Info, step.Step, $"Skipped: {reason}");
            var skippedAt = clock.GetUtcNow();
            context.RecordWithNext((current, token) => current.SkipStep(token, step.Step, reason, skippedAt));
            return Result.Success;
        }

        var started = await StartAsync(step, context, cancellationToken);
        if (started.IsError) return started;

        context.Log.Write(LogLevel.Info, step.Step, step.Announcement(context));
        var done = await RunMeasuredAsync(step, context, cancellationToken);
        if (done.IsError) return done;

        // With the start of the next step, or the end, which follow at once: one durable write instead of two.
        var completedAt = clock.GetUtcNow();
        context.RecordWithNext((current, token) => current.CompleteStep(token, step.Step, completedAt));
        return done;
    }

    private async Task<ErrorOr<Success>> StartAsync(IDeploymentStep step, StepContext context, CancellationToken cancellationToken)
    {
        if (context.Deployment.CurrentStep == step.Step) return Result.Success; // with the claim

        var startedAt = clock.GetUtcNow();
        if (!step.IsInstant(context))
            return await context.RecordAsync((current, token) => current.StartStep(token, step.Step, startedAt), cancellationToken);

        context.RecordWithNext((current, token) => current.StartStep(token, step.Step, startedAt));
        return Result.Success;
    }

    private async Task<ErrorOr<Success>> RunMeasuredAsync(IDeploymentStep step, StepContext context, CancellationToken cancellationToken)
    {
        using var trace = DeploymentTraces.StartStep(step.Step);
        var start = clock.GetTimestamp();
        var succeeded = false;
        try
        {
            var done = await RunInTimeAsync(step, context, cancellationToken);
            succeeded = !done.IsError;
            if (done.IsError) trace.Fail(done.FirstError.Code);
            return done;
        }
        finally
        {
            DeploymentMetrics.StepEnded(step.Step, succeeded, clock.GetElapsedTime(start));
        }
    }

    private async Task<ErrorOr<Success>> RunInTimeAsync(IDeploymentStep step, StepContext context, CancellationToken cancellationToken)
    {
        var limit = TimeLimitOf(step.Step);
        using var late = new CancellationTokenSource(limit, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, late.Token);
        try
        {
            return await step.RunAsync(context, either.Token);
        }
        catch (OperationCanceledException) when (late.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            return Error.Unexpected("DEPLOYMENT_STEP_FAILED", $"Step {step.Step.WireName()} did not end within {limit.TotalSeconds:0} s.");
        }
    }

    // The first step begins with the claim, in one durable write, unless it is passed over.
    private ErrorOr<Success> Claim(Deployment deployment, string node)
    {
        var now = clock.GetUtcNow();
        var lease = deployment.Claim(node, now, options.Value.LeaseDuration);
        if (lease.IsError) return lease.Errors;

        if (deployment.RemainingSteps() is not [var first, ..]) return Result.Success; // only its end is left to be written
        return _steps[first].SkipReason(deployment) is null ? deployment.StartStep(lease.Value.Token, first, now) : Result.Success;
    }

    // Above the times of what a step calls, which know better what has taken too long.
    private TimeSpan TimeLimitOf(DeploymentStep step) => step switch
    {
        DeploymentStep.Sandbox => sandboxes.CreateTimeout + options.Value.StepTimeout,
        DeploymentStep.Sync => sandboxes.WriteTimeout + options.Value.StepTimeout,
        DeploymentStep.Build => options.Value.InstallTimeout + options.Value.BuildTimeout + options.Value.StepTimeout,
        DeploymentStep.Deploy => options.Value.DeployTimeout,
        DeploymentStep.Validation or DeploymentStep.Cleanup => options.Value.StepTimeout,
    };

    private static LogFields Fields(Deployment deployment) => new()
    {
        ["requestId"] = deployment.RequestId,
        ["deploymentId"] = deployment.Id.Value,
        ["projectId"] = deployment.ProjectId,
        ["organizationId"] = deployment.OrganizationId,
        ["attempt"] = deployment.Attempt,
    };
}
