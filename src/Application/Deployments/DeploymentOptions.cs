using System.ComponentModel.DataAnnotations;
using Libra.Deploy.Domain.Deployments;

namespace Libra.Deploy.Application.Deployments;

/// <summary>Numbers of the deployment's life; each can be set, and a wrong one stops the start.</summary>
public sealed class DeploymentOptions : IValidatableObject
{
    private static readonly TimeSpan Longest = TimeSpan.FromDays(1); // as of a whole deployment

    /// <summary>Longest time of a whole deployment in milliseconds (<c>MAX_DEPLOYMENT_TIMEOUT</c>); a request may ask for less.</summary>
    [Range(1_000, 86_400_000)]
    public int MaxDeploymentTimeout { get; set; } = 600_000;

    /// <summary>Attempts after the first (<c>MAX_RETRIES</c>).</summary>
    [Range(0, 20)]
    public int MaxRetries { get; set; } = 3;

    /// <summary>How long a worker may be silent before another takes its deployment over.</summary>
    public TimeSpan LeaseDuration { get; set; } = TimeSpan.FromSeconds(20);

    /// <summary>How often a worker renews its lease and looks whether it is to cancel.</summary>
    public TimeSpan LeaseRenewal { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>Longest time of an install, of a build, and of putting a version live.</summary>
    public TimeSpan InstallTimeout { get; set; } = TimeSpan.FromMinutes(5);

    public TimeSpan BuildTimeout { get; set; } = TimeSpan.FromMinutes(5);

    public TimeSpan DeployTimeout { get; set; } = TimeSpan.FromMinutes(3);

    /// <summary>Longest time of each of the other steps.</summary>
    public TimeSpan StepTimeout { get; set; } = TimeSpan.FromMinutes(2);

    /// <summary>First pause before a retry; it doubles with each attempt, up to <see cref="LongestRetryDelay"/>, with jitter.</summary>
    public TimeSpan RetryDelay { get; set; } = TimeSpan.FromSeconds(2);

    public TimeSpan LongestRetryDelay { get; set; } = TimeSpan.FromMinutes(2);

    /// <summary>Memory of one sandbox.</summary>
    [Range(64L << 20, 256L << 30)]
    public long SandboxMemoryBytes { get; set; } = 2L << 30;

    /// <summary>Scratch space of one build.</summary>
    [Range(16L << 20, 256L << 30)]
    public long SandboxDiskBytes { get; set; } = 1L << 30;

    /// <summary>What the dependencies of one project may take on this machine's disk.</summary>
    [Range(16L << 20, 1L << 40)]
    public long InstallDiskBytes { get; set; } = 4L << 30;

    /// <summary>What installs leave free on this machine's disk: below it they end and are tried again.</summary>
    [Range(0, 1L << 40)]
    public long FreeDiskBytes { get; set; } = 1L << 30;

    /// <summary>Lines of output that an error shows.</summary>
    [Range(1, 200)]
    public int ExcerptLines { get; set; } = 20;

    /// <summary>How long the end of a deployment waits for the last lines of its log to be stored.</summary>
    public TimeSpan LogPatience { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>Zones of the platform in which no customer may claim a name.</summary>
    public IList<string> OwnZones { get; } = ["libra.sh", "libra.dev", "localhost"];

    /// <summary>What an earlier deployment was asked for, under the limits that hold now.</summary>
    internal DeploymentSettings Renew(DeploymentSettings earlier) =>
        earlier.Under(TimeSpan.FromMilliseconds(MaxDeploymentTimeout), MaxRetries + 1);

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (LeaseDuration < TimeSpan.FromSeconds(1) || LeaseDuration > TimeSpan.FromHours(1))
            yield return new ValidationResult("Deployments:LeaseDuration must lie between 1 second and 1 hour.");
        // Else one renewal that comes late loses the lease, and the deployment goes from worker to worker.
        if (LeaseRenewal < TimeSpan.FromMilliseconds(10) || LeaseRenewal > LeaseDuration / 2)
            yield return new ValidationResult(
                "Deployments:LeaseRenewal must lie between 0.01 seconds and half of Deployments:LeaseDuration.");
        (string Name, TimeSpan Time)[] limits =
        [
            (nameof(InstallTimeout), InstallTimeout), (nameof(BuildTimeout), BuildTimeout), (nameof(DeployTimeout), DeployTimeout),
            (nameof(StepTimeout), StepTimeout),
        ];
        foreach (var (name, time) in limits.Where(limit => limit.Time <= TimeSpan.Zero || limit.Time > Longest))
            yield return new ValidationResult($"Deployments:{name} must be longer than 0, and 1 day at most.");
        if (RetryDelay < TimeSpan.Zero || RetryDelay > LongestRetryDelay || LongestRetryDelay > Longest)
            yield return new ValidationResult(
                "Deployments:RetryDelay must not be negative nor longer than Deployments:LongestRetryDelay, which may be 1 day at most.");
        if (LogPatience < TimeSpan.Zero || LogPatience > TimeSpan.FromHours(1))
            yield return new ValidationResult("Deployments:LogPatience must lie between 0 and 1 hour.");
    }
}
