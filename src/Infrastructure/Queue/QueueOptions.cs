using System.ComponentModel.DataAnnotations;

namespace Libra.Deploy.Infrastructure.Queue;

/// <summary>How waiting deployments reach workers.</summary>
public sealed class QueueOptions : IValidatableObject
{
    /// <summary>Deployments that this node runs at once (<c>MAX_CONCURRENT_DEPLOYMENTS</c>).</summary>
    [Range(1, 1000)]
    public int MaxConcurrentDeployments { get; set; } = 5;

    /// <summary>Deployments taken from the table at once (<c>MAX_BATCH_SIZE</c>).</summary>
    [Range(1, 1000)]
    public int MaxBatchSize { get; set; } = 10;

    /// <summary>Longest pause between two looks at the table when nothing woke the dispatcher (<c>MAX_BATCH_TIMEOUT</c>).</summary>
    public TimeSpan MaxBatchTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>Running deployments of one organization over all nodes; 0 means no cap.</summary>
    [Range(0, 10_000)]
    public int MaxRunningPerOrganization { get; set; }

    /// <summary>Hangfire's queue (<c>DEPLOYMENT_QUEUE_NAME</c>): lower case, digits, <c>_</c> and <c>-</c>.</summary>
    [RegularExpression("^[a-z0-9_-]{1,50}$")]
    public string QueueName { get; set; } = "deployment-queue";

    /// <summary>Name under which dead letters are shown (<c>DEPLOYMENT_DLQ_NAME</c>).</summary>
    [RegularExpression("^[a-z0-9_-]{1,50}$")]
    public string DeadLetterQueueName { get; set; } = "deployment-dlq";

    /// <summary>How long a stopping node lets running steps go on before it hands them over.</summary>
    public TimeSpan DrainTime { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>How often dead workers, overdue deployments and lost jobs are looked for.</summary>
    public TimeSpan ReapInterval { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>
    /// True makes PostgreSQL flush each change of Hangfire's tables too. They hold nothing that could not be made again, so this is
    /// for a pooler before PostgreSQL that refuses settings of a session.
    /// </summary>
    public bool DurableJobs { get; set; }

    /// <summary>Name of this node in leases and figures; no longer than a lease can hold.</summary>
    [StringLength(100, MinimumLength = 1)]
    public string NodeName { get; set; } = $"{Environment.MachineName}:{Environment.ProcessId}";

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        // Less would ask the database without end; more would leave a deployment waiting whose wake-up was lost.
        if (MaxBatchTimeout < TimeSpan.FromSeconds(0.1) || MaxBatchTimeout > TimeSpan.FromHours(1))
            yield return new ValidationResult("Queue:MaxBatchTimeout (MAX_BATCH_TIMEOUT) must lie between 0.1 seconds and 1 hour.");
        if (DrainTime < TimeSpan.Zero || DrainTime > TimeSpan.FromHours(1))
            yield return new ValidationResult("Queue:DrainTime must lie between 0 and 1 hour.");
        if (ReapInterval < TimeSpan.FromMilliseconds(10) || ReapInterval > TimeSpan.FromMinutes(10))
            yield return new ValidationResult("Queue:ReapInterval must lie between 0.01 seconds and 10 minutes.");
    }
}
