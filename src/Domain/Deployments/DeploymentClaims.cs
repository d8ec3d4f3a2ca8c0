using ErrorOr;

namespace Libra.Deploy.Domain.Deployments;

/// <summary>Who runs the deployment: workers take it, keep it, and give it back.</summary>
public sealed partial class Deployment
{
    /// <summary>True while no worker before the present one has begun anything: there was none, or each put it off.</summary>
    public bool IsFirstTurn =>
        Attempt <= 1 && Interruptions == 0 && _journal.TrueForAll(run => run is { Status: StepStatus.InProgress, Starts: 1 });

    /// <summary>
    /// A worker takes the deployment: a waiting one that is due starts its next attempt; a running one whose worker let the
    /// lease expire goes on within the same attempt.
    /// </summary>
    /// <returns>The lease, whose token every later call must carry.</returns>
    public ErrorOr<Lease> Claim(string owner, DateTimeOffset now, TimeSpan duration)
    {
        if (Status.IsTerminal()) return DeploymentErrors.AlreadyFinished(Id, Status);
        if (Status == DeploymentStatus.Pending ? DueAt > now : Lease is { } held && held.ExpiresAt > now)
            return DeploymentErrors.NotClaimable(Id);

        if (Status == DeploymentStatus.Pending) StartAttempt(now);
        else Interruptions++;
        FencingToken++;
        return Lease = new Lease(owner, FencingToken, now + duration);
    }

    /// <summary>The worker shows that it lives.</summary>
    public ErrorOr<Success> RenewLease(long token, DateTimeOffset now, TimeSpan duration)
    {
        if (Refuse(token) is { } refused) return refused;

        Lease = Lease! with { ExpiresAt = now + duration };
        return Result.Success;
    }

    /// <summary>The worker stops before the end and hands the attempt over; another may claim it at once.</summary>
    public ErrorOr<Success> ReleaseLease(long token, DateTimeOffset now)
    {
        if (Refuse(token) is { } refused) return refused;

        Lease = Lease! with { ExpiresAt = now };
        Interruptions--; // the claim that follows counts it, and a planned hand-over is not a death
        return Result.Success;
    }

    /// <summary>
    /// The worker cannot begin, and no step is to blame. In the first turn the deployment waits again, for <paramref name="pause"/>, as if
    /// nobody had taken it: neither its attempt nor its time has begun. Later another worker may claim it at once. One that was to be
    /// cancelled is cancelled by this.
    /// </summary>
    public ErrorOr<Success> PutOff(long token, TimeSpan pause, DateTimeOffset now)
    {
        if (Refuse(token) is { } refused) return refused;
        if (CancelRequestedAt is not null) return ConfirmCancel(token, now);
        if (!IsFirstTurn) return ReleaseLease(token, now);

        _journal.Clear();
        (Attempt, Progress, StartedAt) = (0, 0, null);
        (Lease, DueAt) = (null, now + pause);
        MoveTo(DeploymentStatus.Pending);
        return Result.Success;
    }

    private void StartAttempt(DateTimeOffset now)
    {
        Attempt++;
        Interruptions = 0;
        Progress = 0;
        StartedAt ??= now;
        // Nothing may remain: the attempt before failed as its end was to be written.
        MoveTo((RemainingSteps() is [var next, ..] ? next : DeploymentStep.Cleanup).Status());
        if (FencingToken == 0) Raise(new DeploymentStarted(Id, OrganizationId));
    }
}
