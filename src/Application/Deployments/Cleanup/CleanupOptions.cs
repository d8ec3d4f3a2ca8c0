using System.ComponentModel.DataAnnotations;

namespace Libra.Deploy.Application.Deployments.Cleanup;

/// <summary>How long ended deployments are kept, with their logs and artifacts.</summary>
public sealed class CleanupOptions : IValidatableObject
{
    /// <summary>False leaves cleaning up to <c>POST /status/cleanup</c>.</summary>
    public bool Enabled { get; set; } = true;

    /// <summary>Days from a deployment's end.</summary>
    [Range(1, 3650)]
    public int OlderThanDays { get; set; } = 30;

    /// <summary>The newest deployments of each project that stay whatever their age.</summary>
    [Range(0, 1000)]
    public int KeepPerProject { get; set; } = 10;

    /// <summary>
    /// Bytes of sources that came with requests and are kept for retries of ended deployments, for one organization; the oldest go first.
    /// </summary>
    [Range(0, long.MaxValue)]
    public long SourceBytesPerOrganization { get; set; } = 5L << 30;

    /// <summary>How long an artifact stays after the last deployment that used it: whoever just read of it can still open it.</summary>
    public TimeSpan ArtifactGrace { get; set; } = TimeSpan.FromHours(1);

    /// <summary>
    /// How long something that no deployment or project names stays: the time in which to notice that the service was started on the wrong
    /// database, or on one restored from an old backup.
    /// </summary>
    public TimeSpan OrphanGrace { get; set; } = TimeSpan.FromDays(7);

    /// <summary>Time between two runs of the background job.</summary>
    public TimeSpan Interval { get; set; } = TimeSpan.FromHours(1);

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (ArtifactGrace < TimeSpan.Zero || ArtifactGrace > TimeSpan.FromDays(30))
            yield return new ValidationResult("Cleanup:ArtifactGrace must lie between 0 and 30 days.");
        if (OrphanGrace < TimeSpan.Zero || OrphanGrace > TimeSpan.FromDays(365))
            yield return new ValidationResult("Cleanup:OrphanGrace must lie between 0 and 365 days.");
        if (Interval < TimeSpan.FromMinutes(1) || Interval > TimeSpan.FromDays(7))
            yield return new ValidationResult("Cleanup:Interval must lie between 1 minute and 7 days.");
    }
}
