using System.ComponentModel.DataAnnotations;

namespace Libra.Deploy.Application.Webhooks;

/// <summary>How webhooks are limited.</summary>
public sealed class WebhookOptions : IValidatableObject
{
    /// <summary>Lets messages go to this machine and to private networks, also without TLS: for development only.</summary>
    public bool AllowPrivateAddresses { get; set; }

    /// <summary>Webhooks of one organization.</summary>
    [Range(1, 100)]
    public int MaxPerOrganization { get; set; } = 10;

    /// <summary>Longest time of one attempt, from the look-up of the name to the answer.</summary>
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>Attempts that one node makes at the same time.</summary>
    [Range(1, 256)]
    public int MaxConcurrentAttempts { get; set; } = 16;

    /// <summary>Attempts to one webhook at the same time, over all nodes, so that a slow receiver delays only itself.</summary>
    [Range(1, 64)]
    public int MaxConcurrentPerWebhook { get; set; } = 4;

    /// <summary>How often due messages are looked for.</summary>
    public TimeSpan Interval { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>Days that the log of ended deliveries is kept.</summary>
    [Range(1, 365)]
    public int RetentionDays { get; set; } = 14;

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (Timeout <= TimeSpan.Zero || Timeout > TimeSpan.FromMinutes(5))
            yield return new ValidationResult("Webhooks:Timeout must be longer than 0, and 5 minutes at most.");
        if (Interval < TimeSpan.FromMilliseconds(10) || Interval > TimeSpan.FromHours(1))
            yield return new ValidationResult("Webhooks:Interval must lie between 0.01 seconds and 1 hour.");
    }
}
