using ErrorOr;
using Libra.Deploy.Domain.Common;

namespace Libra.Deploy.Domain.Deployments;

/// <summary>
/// One request to make a version of a project live, from acceptance until it ends. It runs in attempts; each attempt walks the six
/// steps and keeps a journal of them, so that another worker can go on where one died. Illegal moves are errors and change nothing.
/// </summary>
public sealed partial class Deployment : AggregateWithEvents
{
    /// <summary>How often workers may die within one attempt before the deployment itself is suspected of killing them.</summary>
    public const int MaxInterruptions = 5;

    private readonly List<StepRun> _journal = [];

    private Deployment()
    {
        ProjectId = OrganizationId = UserId = string.Empty;
        Settings = new DeploymentSettings(TimeSpan.Zero);
    }

    public DeploymentId Id { get; private set; }
    public string ProjectId { get; private set; }
    public string OrganizationId { get; private set; }
    public string UserId { get; private set; }
    public SourceKind Source { get; private set; }
    public DomainMove Domain { get; private set; } = DomainMove.None;
    public DeploymentSettings Settings { get; private set; }

    /// <summary>Correlation id of the request that started it.</summary>
    public string? RequestId { get; private set; }

    /// <summary>W3C trace context of the request that started it; null when nobody traces.</summary>
    public string? TraceParent { get; private set; }

    /// <summary>The deployment that this one retries, rolls back to, or replays.</summary>
    public DeploymentId? PredecessorId { get; private set; }

    public DeploymentStatus Status { get; private set; }

    /// <summary>Percent; never goes back within an attempt.</summary>
    public int Progress { get; private set; }

    /// <summary>Number of the present attempt; 0 before the first.</summary>
    public int Attempt { get; private set; }

    /// <summary>How many workers died within the present attempt.</summary>
    public int Interruptions { get; private set; }

    /// <summary>While pending: not to be started before this.</summary>
    public DateTimeOffset DueAt { get; private set; }

    public DateTimeOffset CreatedAt { get; private set; }
    public DateTimeOffset? StartedAt { get; private set; }
    public DateTimeOffset? CompletedAt { get; private set; }

    /// <summary>Null while nobody runs it.</summary>
    public Lease? Lease { get; private set; }

    /// <summary>Token of the newest claim; 0 before the first.</summary>
    public long FencingToken { get; private set; }

    /// <summary>Set when someone asked to cancel it while it runs.</summary>
    public DateTimeOffset? CancelRequestedAt { get; private set; }

    /// <summary>Digest of files, lock file, toolchain and build settings; known after validation.</summary>
    public string? SourceDigest { get; private set; }

    public string? ArtifactDigest { get; private set; }

    /// <summary>Bytes of the stored artifact.</summary>
    public long? ArtifactSize { get; private set; }

    /// <summary>True when the artifact came from an earlier deployment.</summary>
    public bool ArtifactReused { get; private set; }

    /// <summary>When it must have ended; null before its first attempt.</summary>
    public DateTimeOffset? Deadline => StartedAt + Settings.Timeout;

    /// <summary>Where it is live; known once the target took it.</summary>
    public string? WorkerUrl { get; private set; }

    /// <summary>What ended it, or the attempt before; null when nothing failed yet.</summary>
    public DeploymentFailure? Failure { get; private set; }

    /// <summary>One line per step and attempt, in the order in which they were first started.</summary>
    public IReadOnlyList<StepRun> Journal => _journal;

    /// <summary>The step that runs now; null when none does.</summary>
    public DeploymentStep? CurrentStep => _journal.Find(run => run.Attempt == Attempt && run.Status == StepStatus.InProgress)?.Step;

    /// <summary>Accepts a request; it waits until a worker claims it.</summary>
    public static Deployment Accept(DeploymentId id, DeploymentOrigin origin, DeploymentSettings settings, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(origin);
        var deployment = new Deployment
        {
            Id = id,
            ProjectId = origin.ProjectId,
            OrganizationId = origin.OrganizationId,
            UserId = origin.UserId,
            Source = origin.Source,
            Domain = origin.Domain ?? DomainMove.None,
            RequestId = origin.RequestId,
            TraceParent = origin.TraceParent,
            PredecessorId = origin.PredecessorId,
            Settings = settings,
            CreatedAt = origin.AcceptedAt ?? now,
            DueAt = now,
        };
        deployment.Raise(new DeploymentAccepted(id, origin.ProjectId, origin.OrganizationId));
        return deployment;
    }

    /// <summary>Gives an accepted rollback the artifact that it is to make live.</summary>
    public ErrorOr<Success> UseArtifact(string digest, long size)
    {
        if (Status.IsTerminal()) return DeploymentErrors.AlreadyFinished(Id, Status);

        TakeArtifact(digest, size, reused: true);
        return Result.Success;
    }

    /// <summary>
    /// Steps still to do, in order. What validation and build leave is stored and counts over crashes and attempts; a sandbox
    /// dies with its worker, so sandbox and sync are done again until the build is.
    /// </summary>
    public IReadOnlyList<DeploymentStep> RemainingSteps()
    {
        var built = IsDone(DeploymentStep.Build);
        return [.. DeploymentSteps.InOrder.Where(
            step => step.LeadsToTheBuild() ? !built && (step.DiesWithItsWorker() || !IsDone(step)) : !IsDone(step))];
    }

    /// <summary>A step begins, for the first time or again after a crash.</summary>
    public ErrorOr<Success> StartStep(long token, DeploymentStep step, DateTimeOffset now)
    {
        if (RefuseStep(token, step) is { } refused) return refused;

        Enter(step).Start(now);
        Progress = Math.Max(Progress, step.Progress());
        MoveTo(step.Status());
        return Result.Success;
    }

    /// <summary>The running step ended well.</summary>
    public ErrorOr<Success> CompleteStep(long token, DeploymentStep step, DateTimeOffset now)
    {
        if (Refuse(token) is { } refused) return refused;
        if (CurrentStep != step) return DeploymentErrors.StepOutOfOrder(Id, step);

        RunOf(step).Complete(now);
        return Result.Success;
    }

    /// <summary>A step is not needed; <paramref name="reason"/> says why, for those who watch.</summary>
    public ErrorOr<Success> SkipStep(long token, DeploymentStep step, string reason, DateTimeOffset now)
    {
        if (RefuseStep(token, step) is { } refused) return refused;

        Enter(step).Skip(reason, now);
        return Result.Success;
    }

    /// <summary>Validation knows the source now. What was known of an artifact is forgotten: it may have been another source's.</summary>
    public ErrorOr<Success> RecordSource(long token, string digest)
    {
        if (Refuse(token) is { } refused) return refused;

        SourceDigest = digest;
        TakeArtifact(digest: null, size: null, reused: false);
        return Result.Success;
    }

    /// <summary>The artifact is known: stored by an earlier deployment's build, or made by this one's and stored next.</summary>
    public ErrorOr<Success> RecordArtifact(long token, string digest, long size, bool reused)
    {
        if (Refuse(token) is { } refused) return refused;

        TakeArtifact(digest, size, reused);
        return Result.Success;
    }

    /// <summary>
    /// The project has the domain, or its owner chose another: no move is left, whatever comes of this deployment and its repetitions.
    /// </summary>
    public ErrorOr<Success> RecordDomain(long token, string domain)
    {
        if (Refuse(token) is { } refused) return refused;

        Domain = DomainMove.Staying(domain);
        return Result.Success;
    }

    /// <summary>The target serves the artifact at this address, and at the domain that the project has by now: no move is left.</summary>
    public ErrorOr<Success> RecordAddress(long token, string workerUrl, string? customDomain)
    {
        if (Refuse(token) is { } refused) return refused;

        (WorkerUrl, Domain) = (workerUrl, DomainMove.Staying(customDomain));
        return Result.Success;
    }

    /// <summary>All steps are done and the version is live.</summary>
    public ErrorOr<Success> Complete(long token, DateTimeOffset now)
    {
        if (Refuse(token) is { } refused) return refused;
        if (RemainingSteps().Count > 0) return DeploymentErrors.StepOutOfOrder(Id, RemainingSteps()[0]);

        Failure = null;
        Progress = 100;
        Finish(DeploymentStatus.Completed, now, refundable: false);
        return Result.Success;
    }

    /// <summary>
    /// The attempt ended badly. What may pass by itself waits <paramref name="retryAfter"/> for the next attempt while there is one
    /// left; everything else ends the deployment, and what is not the user's doing makes a dead letter. One that was to be cancelled
    /// is cancelled by this, whatever failed.
    /// </summary>
    public ErrorOr<Success> FailAttempt(long token, DeploymentFailure failure, TimeSpan retryAfter, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(failure);
        if (Refuse(token) is { } refused) return refused;

        if (CancelRequestedAt is not null)
        {
            EndCancelled(now);
            return Result.Success;
        }

        RecordFailure(failure, now);
        if (failure.Retryable && Attempt < Settings.MaxAttempts)
        {
            (Lease, DueAt) = (null, now + retryAfter);
            MoveTo(DeploymentStatus.Pending);
            return Result.Success;
        }

        End(failure, failure.Lasting ? DeadLetterReasons.SystemError : DeadLetterReasons.MaxRetriesExceeded, now);
        return Result.Success;
    }

    /// <summary>
    /// Ends the deployment without a worker's lease, because it is out of time or cannot be processed at all; a dead letter, unless it
    /// is the user's doing. Whoever still runs it has lost its lease by this. One that was to be cancelled is cancelled by this.
    /// </summary>
    public ErrorOr<Success> Abandon(DeploymentFailure failure, string deadLetterReason, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(failure);
        if (Status.IsTerminal()) return DeploymentErrors.AlreadyFinished(Id, Status);

        FencingToken++;
        if (CancelRequestedAt is not null)
        {
            EndCancelled(now);
            return Result.Success;
        }

        RecordFailure(failure, now);
        End(failure, deadLetterReason, now);
        return Result.Success;
    }

    /// <summary>
    /// Asks to stop it. A waiting deployment is cancelled at once; a running one is marked, and its worker stops it. Safe to repeat
    /// until it has ended.
    /// </summary>
    public ErrorOr<Success> RequestCancel(DateTimeOffset now)
    {
        if (Status.IsTerminal()) return DeploymentErrors.AlreadyFinished(Id, Status);

        CancelRequestedAt ??= now;
        if (Status == DeploymentStatus.Pending) EndCancelled(now);
        return Result.Success;
    }

    /// <summary>The worker has stopped everything of a deployment that was to be cancelled.</summary>
    public ErrorOr<Success> ConfirmCancel(long token, DateTimeOffset now)
    {
        if (Refuse(token) is { } refused) return refused;
        if (CancelRequestedAt is null) return DeploymentErrors.StepOutOfOrder(Id, CurrentStep ?? DeploymentStep.Validation);

        EndCancelled(now);
        return Result.Success;
    }

    private void TakeArtifact(string? digest, long? size, bool reused)
    {
        if (ArtifactDigest is { } before && before != digest) Raise(new ArtifactReleased(Id, ProjectId, before, ArtifactSize ?? 0));
        (ArtifactDigest, ArtifactSize, ArtifactReused) = (digest, size, reused);
        if (digest is not null) Raise(new ArtifactTaken(Id, digest));
    }

    private void EndCancelled(DateTimeOffset now)
    {
        RecordFailure(
            new DeploymentFailure("DEPLOYMENT_CANCELLED", FailureCategory.User, Step: null, "The deployment was cancelled.", []), now);
        Finish(DeploymentStatus.Cancelled, now, refundable: !_journal.Exists(run => run.Step == DeploymentStep.Build));
    }

    private void RecordFailure(DeploymentFailure failure, DateTimeOffset now)
    {
        Failure = failure with { Step = failure.Step ?? CurrentStep };
        if (CurrentStep is { } step) RunOf(step).Fail(Failure, now);
    }

    private void End(DeploymentFailure failure, string deadLetterReason, DateTimeOffset now)
    {
        Finish(DeploymentStatus.Failed, now, refundable: failure.IsOurs);
        if (failure.IsOurs) Raise(new DeploymentDeadLettered(Id, deadLetterReason));
    }

    private void Finish(DeploymentStatus status, DateTimeOffset now, bool refundable)
    {
        Lease = null;
        CompletedAt = now;
        MoveTo(status);
        Raise(new DeploymentFinished(Id, OrganizationId, status, refundable)
        {
            Category = status == DeploymentStatus.Failed ? Failure?.Category : null,
            Duration = now - StartedAt,
        });
    }

    private void MoveTo(DeploymentStatus status)
    {
        if (Status == status) return;
        Status = status;
        Raise(new DeploymentStatusChanged(Id, ProjectId, status, WorkerUrl));
    }

    private Error? Refuse(long token)
    {
        if (token != FencingToken) return DeploymentErrors.StaleLease(Id, token);
        if (Status.IsTerminal()) return DeploymentErrors.AlreadyFinished(Id, Status);
        return Lease is null ? DeploymentErrors.NotRunning(Id, Status) : null;
    }

    private Error? RefuseStep(long token, DeploymentStep step)
    {
        if (Refuse(token) is { } refused) return refused;
        var inOrder = CurrentStep is not { } running || running == step || step.DiesWithItsWorker();
        return inOrder && RemainingSteps().Contains(step) && !MissingBefore(step) ? null : DeploymentErrors.StepOutOfOrder(Id, step);
    }

    /// <summary>The line of a step that comes next; one that a crash left running is marked as interrupted.</summary>
    private StepRun Enter(DeploymentStep step)
    {
        if (CurrentStep is { } interrupted && interrupted != step) RunOf(interrupted).Interrupt();
        return RunOf(step);
    }

    private bool IsDone(DeploymentStep step) =>
        _journal.FindLast(run => run.Step == step) is { Status: StepStatus.Completed or StepStatus.Skipped };

    private bool MissingBefore(DeploymentStep step) => DeploymentSteps.InOrder.Any(
        earlier => earlier < step && !IsDone(earlier) && !(earlier.LeadsToTheBuild() && IsDone(DeploymentStep.Build)));

    private StepRun RunOf(DeploymentStep step)
    {
        if (_journal.Find(run => run.Step == step && run.Attempt == Attempt) is { } existing) return existing;

        var run = new StepRun(step, Attempt);
        _journal.Add(run);
        return run;
    }
}
