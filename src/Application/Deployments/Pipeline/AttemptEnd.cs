using ErrorOr;
using Libra.Deploy.Application.Deployments.Archive;
using Libra.Deploy.Application.Deployments.Logs;
using Libra.Deploy.Domain.Deployments;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using LogLevel = Libra.Deploy.Application.Deployments.Logs.LogLevel;

namespace Libra.Deploy.Application.Deployments.Pipeline;

/// <summary>How an attempt ends when it does not end well: told in the log, stored, and only then written to the journal.</summary>
internal sealed class AttemptEnd(
    DeploymentJournal journal,
    DeploymentResults results,
    IOptions<DeploymentOptions> options,
    TimeProvider clock,
    ILogger<AttemptEnd> logger)
{
    private const string NoLog = "The log could not be opened.";

    /// <summary>Something went wrong: another attempt follows, or the deployment has failed.</summary>
    /// <param name="error">The step's own; null for what nobody expected.</param>
    /// <param name="exception">What nobody expected; kept for operators.</param>
    public async Task<AttemptResult> FailAsync(StepContext context, DeploymentFailure cause, Error? error, Exception? exception = null)
    {
        // What a build named may be in the sentence, and a request with its headers in the exception.
        var failure = cause with { Message = context.Log.Redact(cause.Message) };
        await NoteAsync(context, failure, exception);
        context.Log.Write(LogLevel.Error, context.Deployment.CurrentStep, $"{failure.Code}: {failure.Message}");
        await ShipLogAsync(context);
        var asked = RetryDelay.AskedBy(error) ?? (exception as SandboxException)?.RetryAfter;
        var pause = RetryDelay.After(context.Deployment.Attempt, options.Value, asked, Random.Shared.NextDouble());
        var recorded = await context.RecordAsync(
            (current, token) => current.FailAttempt(token, failure, pause, clock.GetUtcNow()), CancellationToken.None);
        if (recorded.IsError) return AttemptResult.Refused(recorded.FirstError);

        if (context.Deployment.Status == DeploymentStatus.Pending)
        {
            var (attempt, last) = (context.Deployment.Attempt, context.Deployment.Settings.MaxAttempts);
            context.Log.Write(
                LogLevel.Warn, null, $"Attempt {attempt} of {last} failed; the next one starts in {pause.TotalSeconds:0.#} s");
            return new AttemptResult(AttemptOutcome.RetryLater, context.Deployment.DueAt, failure.Message);
        }

        if (context.Deployment.Status == DeploymentStatus.Cancelled)
        {
            context.Log.Write(LogLevel.Warn, null, "Cancelled on request");
            return new AttemptResult(AttemptOutcome.Cancelled);
        }

        return Ended(failure);
    }

    /// <summary>The watch stopped it.</summary>
    public async Task<AttemptResult> StopAsync(StepContext context, StopCause cause)
    {
        switch (cause)
        {
            case StopCause.CancelRequested:
                await context.TearDownSandboxAsync(); // everything has stopped before the deployment says so
                context.Log.Write(LogLevel.Warn, context.Deployment.CurrentStep, "Cancelled on request");
                await ShipLogAsync(context);
                var cancelled = await context.RecordAsync(
                    (current, token) => current.ConfirmCancel(token, clock.GetUtcNow()), CancellationToken.None);
                return cancelled.IsError ? AttemptResult.Refused(cancelled.FirstError) : new AttemptResult(AttemptOutcome.Cancelled);
            case StopCause.TimedOut:
                await context.TearDownSandboxAsync();
                var timedOut = FailureCauses.TimedOutRunning(context.Deployment);
                context.Log.Write(LogLevel.Error, context.Deployment.CurrentStep, timedOut.Message);
                await ShipLogAsync(context);
                var ended = await GiveUpAsync(context.Deployment.Id, _ => timedOut, DeadLetterReasons.ProcessingTimeout);
                if (ended.Outcome == AttemptOutcome.Cancelled) context.Log.Write(LogLevel.Warn, null, "Cancelled on request");
                return ended;
            case StopCause.ShuttingDown:
                return await HandOverAsync(context);
            default:
                return new AttemptResult(AttemptOutcome.LeaseLost);
        }
    }

    /// <summary>The watch stopped it before its log was open: nothing runs yet, and only the journal has to know.</summary>
    public async Task<AttemptResult> StopUnloggedAsync(Deployment deployment, Lease lease, StopCause cause) => cause switch
    {
        StopCause.LeaseLost => new AttemptResult(AttemptOutcome.LeaseLost),
        // One that could not begin has used none of its time.
        StopCause.TimedOut when !deployment.IsFirstTurn =>
            await GiveUpAsync(deployment.Id, FailureCauses.TimedOut, DeadLetterReasons.ProcessingTimeout),
        StopCause.ShuttingDown => await PutOffAsync(deployment.Id, lease, pause: TimeSpan.Zero),
        _ => await PutOffAsync(deployment.Id, lease),
    };

    /// <summary>Its log cannot be opened: it waits for the object store, and loses neither an attempt nor its time by that.</summary>
    public Task<AttemptResult> PutOffAsync(DeploymentId id, Lease lease)
    {
        var claims = (int)lease.Token; // so the pauses grow while the store stays away
        return PutOffAsync(id, lease, RetryDelay.After(claims, options.Value, asked: null, Random.Shared.NextDouble()));
    }

    /// <summary>This node shuts down; another goes on where it was.</summary>
    public async Task<AttemptResult> HandOverAsync(StepContext context)
    {
        await context.TearDownSandboxAsync();
        context.Log.Write(LogLevel.Info, null, "This worker shuts down; another one goes on");
        await context.Log.DisposeAsync(); // whoever goes on continues the log, and would take an open one for a dead worker's
        var released = await context.RecordAsync(
            (current, token) => current.ReleaseLease(token, clock.GetUtcNow()), CancellationToken.None);
        return released.IsError ? AttemptResult.Refused(released.FirstError) : new AttemptResult(AttemptOutcome.HandedOver);
    }

    /// <summary>Ends the deployment whoever holds it; as a dead letter, unless it is the user's doing.</summary>
    public async Task<AttemptResult> GiveUpAsync(DeploymentId id, Func<Deployment, DeploymentFailure> failure, string reason)
    {
        DeploymentFailure? ending = null;
        var abandoned = await journal.ChangeAsync(
            id,
            current =>
            {
                ending = failure(current);
                return current.Abandon(ending, reason, clock.GetUtcNow());
            },
            CancellationToken.None);
        if (abandoned.IsError) return AttemptResult.Refused(abandoned.FirstError);
        return abandoned.Value.Status == DeploymentStatus.Cancelled ? new AttemptResult(AttemptOutcome.Cancelled) : Ended(ending!);
    }

    /// <summary>
    /// Waits until the log is stored, though not long for a store that is away. No attempt follows an end, and a worker that dies after
    /// it takes along what it has not shipped: so the log goes first.
    /// </summary>
    public async Task ShipLogAsync(StepContext context, CancellationToken cancellationToken = default)
    {
        using var patience = new CancellationTokenSource(options.Value.LogPatience, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancellationToken);
        try
        {
            await context.Log.FlushAsync(either.Token);
        }
        catch (Exception away) when (away is IOException or OperationCanceledException)
        {
            logger.LogWarning(away, "The last lines of {DeploymentId} are not stored yet", context.Deployment.Id);
        }
    }

    private async Task<AttemptResult> PutOffAsync(DeploymentId id, Lease lease, TimeSpan pause)
    {
        var put = await journal.ChangeAsync(id, current => current.PutOff(lease.Token, pause, clock.GetUtcNow()), CancellationToken.None);
        if (put.IsError) return AttemptResult.Refused(put.FirstError);

        return put.Value.Status switch
        {
            DeploymentStatus.Cancelled => new AttemptResult(AttemptOutcome.Cancelled),
            DeploymentStatus.Pending => new AttemptResult(AttemptOutcome.RetryLater, put.Value.DueAt, NoLog),
            _ => new AttemptResult(AttemptOutcome.HandedOver, Message: NoLog),
        };
    }

    private static AttemptResult Ended(DeploymentFailure failure) =>
        new(failure.IsOurs ? AttemptOutcome.DeadLettered : AttemptOutcome.Failed, Message: $"{failure.Code}: {failure.Message}");

    // The journal has the failure in any case; only the stack is lost with a store that is away.
    private async Task NoteAsync(StepContext context, DeploymentFailure failure, Exception? exception)
    {
        try
        {
            var detail = exception is null ? null : context.Log.Redact(exception.ToString());
            await results.NoteAsync(context.Deployment, failure, detail, CancellationToken.None);
        }
        catch (IOException away)
        {
            logger.LogWarning(away, "The details of a failure of {DeploymentId} could not be stored", context.Deployment.Id);
        }
    }
}
