using System.ComponentModel;
using Hangfire;
using Libra.Deploy.Application.Deployments.Pipeline;
using Libra.Deploy.Domain.Deployments;
using MediatR;
using Microsoft.Extensions.Options;

namespace Libra.Deploy.Infrastructure.Queue;

/// <summary>The job that Hangfire runs in a worker's slot: one turn of a worker on one deployment. Safe to run twice.</summary>
public sealed class RunDeploymentJob(IMediator mediator, WorkerSlots slots, IOptions<QueueOptions> options, TimeProvider clock)
{
    /// <returns>What Hangfire shows as the job's result.</returns>
    /// <exception cref="AttemptFailedException">Another attempt is due later; the state filter schedules the job for it.</exception>
    /// <exception cref="DeadLetterException">
    /// The deployment is a dead letter now, or the reconciler makes one of a message that names none.
    /// </exception>
    [DisplayName("Deployment {0}")]
    public async Task<string> RunAsync(string deploymentId, CancellationToken cancellationToken)
    {
        using var slot = slots.Enter();
        if (DeploymentId.TryParse(deploymentId) is not { } id) throw new DeadLetterException($"'{deploymentId}' is not a deployment id.");

        using var drained = new CancellationTokenSource();
        await using var draining = cancellationToken.Register(() => drained.CancelAfter(options.Value.DrainTime));
        var run = await mediator.Send(new RunDeploymentCommand(id, options.Value.NodeName, drained.Token), cancellationToken);
        var result = run.Value;
        return result.Outcome switch
        {
            AttemptOutcome.RetryLater =>
                throw new AttemptFailedException(result.Message ?? "The attempt failed.", result.DueAt ?? clock.GetUtcNow()),
            AttemptOutcome.Unknown => throw new DeadLetterException(result.Message ?? "There is no such deployment."),
            AttemptOutcome.DeadLettered => throw new DeadLetterException(result.Message ?? "Out of attempts."),
            _ => result.Message is null ? result.Outcome.ToString() : $"{result.Outcome}: {result.Message}",
        };
    }
}

/// <summary>An attempt failed and the next one is due later.</summary>
public sealed class AttemptFailedException(string message, DateTimeOffset dueAt) : Exception(message)
{
    public DateTimeOffset DueAt { get; } = dueAt;
}

/// <summary>The deployment will not be tried again by itself.</summary>
public sealed class DeadLetterException(string message) : Exception(message);
