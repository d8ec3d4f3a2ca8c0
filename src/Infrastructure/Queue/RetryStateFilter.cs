using Hangfire.Common;
using Hangfire.States;
using Hangfire.Storage;

namespace Libra.Deploy.Infrastructure.Queue;

/// <summary>
/// Turns a failed attempt with another one due into Hangfire's scheduled state, so that its retries page shows what waits and
/// its failed page shows dead letters only.
/// </summary>
internal sealed class RetryStateFilter : JobFilterAttribute, IElectStateFilter, IApplyStateFilter
{
    private const string RetriesSet = "retries"; // the set that the dashboard's retries page reads

    public void OnStateElection(ElectStateContext context)
    {
        if (context.CandidateState is FailedState { Exception: AttemptFailedException failed })
            context.CandidateState = new ScheduledState(failed.DueAt.UtcDateTime) { Reason = failed.Message };
    }

    public void OnStateApplied(ApplyStateContext context, IWriteOnlyTransaction transaction)
    {
        if (context.NewState is ScheduledState { Reason: not null }) transaction.AddToSet(RetriesSet, context.BackgroundJob.Id);
    }

    public void OnStateUnapplied(ApplyStateContext context, IWriteOnlyTransaction transaction)
    {
        if (context.OldStateName == ScheduledState.StateName) transaction.RemoveFromSet(RetriesSet, context.BackgroundJob.Id);
    }
}
