using Hangfire;
using Hangfire.States;
using Libra.Deploy.Application.Common;
using Libra.Deploy.Application.Queue;
using Libra.Deploy.Domain.Deployments;
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

        foreach (var job in await failed.FindUnmatchedAsync(cancellationToken))
            await ApartAsync("Failed job", job.Id, () => SettleAsync(job, cancellationToken), cancellationToken);
        foreach (var (id, error) in await failed.FindWithoutJobAsync(Clock.GetUtcNow(), cancellationToken))
            await ApartAsync("The dead letter of", id.Value, () => ShowAsync(id, error, cancellationToken), cancellationToken);
    }

    // What stands in the way of one does so in every round, and must not keep those that come after it from being settled.
    private async Task ApartAsync(string kind, string id, Func<Task> settle, CancellationToken cancellationToken)
    {
        try
        {
            await settle();
        }
        catch (Exception failure) when (!cancellationToken.IsCancellationRequested && !DatabaseOutage.IsBehind(failure))
        {
            logger.LogWarning(failure, "{Kind} {Id} could not be settled in this round; the others are", kind, id);
        }
    }

    private async Task ShowAsync(DeploymentId id, string error, CancellationToken cancellationToken)
    {
        var job = jobs.Create<RunDeploymentJob>(
            options.Value.QueueName,
            run => run.RunAsync(id.Value, CancellationToken.None),
            new FailedState(new DeadLetterException(error)));
        await failed.MatchAsync(id, job, cancellationToken);
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
        var content = job.Content.Shortened(LongestContent);
        await SendAsync(new RecordInvalidMessageCommand(job.Id, content, job.Error ?? "The message cannot be read."), cancellationToken);
        logger.LogWarning("Job {JobId} names no deployment; it is a dead letter now", job.Id);
    }
}
