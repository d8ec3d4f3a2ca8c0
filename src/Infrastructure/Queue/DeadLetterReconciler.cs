using Hangfire;
using Hangfire.States;
using Libra.Deploy.Application.Queue;
using Libra.Deploy.Infrastructure.Upkeep;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Libra.Deploy.Infrastructure.Queue;

/// <summary>
/// Keeps Hangfire's failed page and our dead letters one and the same, because no transaction spans both: every open dead letter
/// has one failed job, every failed job an open dead letter. Runs on every worker node, one at a time; safe to repeat.
/// </summary>
internal sealed class DeadLetterReconciler(
    FailedJobs failed,
    IBackgroundJobClientV2 jobs,
    IServiceScopeFactory scopes,
    IOptions<QueueOptions> options,
    TimeProvider clock,
    ILogger<DeadLetterReconciler> logger) : RecurringWork(options.Value.ReapInterval, scopes, clock, logger)
{
    private const int LongestContent = 4000;

    protected override Task PruneAsync(CancellationToken cancellationToken) => SendAsync(new PruneDeadLettersCommand(), cancellationToken);

    protected override async Task DoAsync(long round, CancellationToken cancellationToken)
    {
        await using var turn = await failed.TryEnterAsync(cancellationToken);
        if (turn is null) return;

        foreach (var job in await failed.FindUnmatchedAsync(cancellationToken)) await SettleAsync(job, cancellationToken);
        foreach (var (id, error) in await failed.FindWithoutJobAsync(Clock.GetUtcNow(), cancellationToken))
        {
            var job = jobs.Create<RunDeploymentJob>(
                options.Value.QueueName,
                run => run.RunAsync(id.Value, CancellationToken.None),
                new FailedState(new DeadLetterException(error)));
            await failed.MatchAsync(id, job, cancellationToken);
        }
    }

    private async Task SettleAsync(FailedJob job, CancellationToken cancellationToken)
    {
        if (job.Deployment is { } id && await failed.MatchAsync(id, job.Id, cancellationToken)) return;
        if (await failed.IsKnownAsync(job.Deployment, job.Id, cancellationToken))
        {
            // Settled by an operator, a second job of the same, or one that broke while its deployment goes on with another.
            jobs.Delete(job.Id, FailedState.StateName);
            return;
        }

        await failed.ForgetEarlierAsync(job.Deployment, job.Id, cancellationToken);
        var content = job.Content.Length <= LongestContent ? job.Content : job.Content[..LongestContent];
        await SendAsync(new RecordInvalidMessageCommand(job.Id, content, job.Error ?? "The message cannot be read."), cancellationToken);
        logger.LogWarning("Job {JobId} names no deployment; it is a dead letter now", job.Id);
    }
}
