using Hangfire.Common;
using Hangfire.States;
using Hangfire.Storage;

namespace Libra.Deploy.Infrastructure.Queue;

/// <summary>
/// Turns a failed attempt with another one due, and a worker's own trouble, into Hangfire's scheduled state, so that its retries
/// page shows what waits and its failed page shows dead letters only.
/// </summary>
internal sealed class RetryStateFilter : JobFilterAttribute, IElectStateFilter, IApplyStateFilter
{
    private static readonly TimeSpan AfterTrouble = TimeSpan.FromSeconds(5);
    private const string RetriesSet = "retries"; // the set that the dashboard's retries page reads

    public void OnStateElection(ElectStateContext context)
    {
        context.CandidateState = context.CandidateState switch
        {
            FailedState { Exception: AttemptFailedException failed } =>
                new ScheduledState(failed.DueAt.UtcDateTime) { Reason = failed.Message },
            // Not the deployment's failure but this worker's, for instance a database that is away: its lease says who may go on.
            FailedState { Exception: not DeadLetterException } broken =>
                new ScheduledState(AfterTrouble) { Reason = broken.Exception.GetType().Name },
            var other => other,
        };
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
