using System.ComponentModel.DataAnnotations;

namespace Libra.Deploy.Application.Webhooks;

/// <summary>How webhooks are limited.</summary>
public sealed class WebhookOptions
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
}
