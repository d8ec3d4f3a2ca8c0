using System.ComponentModel.DataAnnotations;
using Libra.Deploy.Domain.Projects;

namespace Libra.Deploy.Application.Projects;

/// <summary>How custom domains are followed until they are live.</summary>
public sealed class CustomDomainOptions : IValidatableObject
{
    /// <summary>When to look for domains that are due, in cron form; a sixth part in front counts seconds.</summary>
    [Required]
    public string Schedule { get; set; } = "* * * * *";

    /// <summary>
    /// First pause between two questions about a domain. A tenth of its waiting time is added, as records take owners hours.
    /// </summary>
    public TimeSpan FirstPause { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>Longest pause between two questions about a domain that waits.</summary>
    public TimeSpan LongestPause { get; set; } = TimeSpan.FromHours(1);

    /// <summary>How often a live domain is looked at: certificates expire, and owners move domains away.</summary>
    public TimeSpan LivePause { get; set; } = TimeSpan.FromHours(12);

    /// <summary>How long a deployment that is not live yet keeps a new domain from others.</summary>
    public TimeSpan Reservation { get; set; } = TimeSpan.FromMinutes(30);

    /// <summary>
    /// How long a domain that has failed is started anew by itself, since it was live or came into use; then only a deployment does it.
    /// </summary>
    public TimeSpan GiveUpAfter { get; set; } = TimeSpan.FromDays(30);

    /// <summary>How long a deployment, whose version is live by then, waits for what the target says of its domain.</summary>
    public TimeSpan DeploymentPatience { get; set; } = TimeSpan.FromSeconds(20);

    /// <summary>Domains asked about in one run.</summary>
    [Range(1, 1000)]
    public int MaxInOneRun { get; set; } = 50;

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (Times.Any(time => time <= TimeSpan.Zero) || FirstPause > LongestPause)
            yield return new ValidationResult("CustomDomains: times have to be positive, and the first pause not longer than the longest.");
    }

    private TimeSpan[] Times => [FirstPause, LongestPause, LivePause, Reservation, GiveUpAfter, DeploymentPatience];

    internal DateTimeOffset? NextCheck(CustomDomainProgress progress, DateTimeOffset waitingSince, DateTimeOffset now) => progress switch
    {
        CustomDomainProgress.Live => now + LivePause,
        CustomDomainProgress.Failed => now - waitingSince < GiveUpAfter ? now + PauseOfFailed(now - waitingSince) : null,
        _ => now + PauseAfter(now - waitingSince),
    };

    internal TimeSpan PauseAfter(TimeSpan waited)
    {
        var pause = FirstPause + (waited / 10);
        return pause < LongestPause ? pause : LongestPause;
    }

    // Owners put their records right within hours or never; a failed domain is asked about no more often than one that waits.
    private TimeSpan PauseOfFailed(TimeSpan waited)
    {
        var pause = waited / 10 < LivePause ? waited / 10 : LivePause;
        return pause > LongestPause ? pause : LongestPause;
    }
}
