namespace Libra.Deploy.Domain.Projects;

/// <summary>
/// A project's hold on a custom domain: from the deployment that asks for it until the target has given the domain up. It remembers
/// what the platform's row has no column for, and that something is still to be taken away.
/// </summary>
public sealed class DomainClaim
{
    private DomainClaim() => Domain = ProjectId = string.Empty;

    public string Domain { get; private set; }
    public string ProjectId { get; private set; }

    /// <summary>The provider's id; null before it gave one, and where there is none.</summary>
    public string? HostnameId { get; private set; }

    public CustomDomainProgress Progress { get; private set; }

    /// <summary>The provider's word for the certificate's state.</summary>
    public string? CertificateStatus { get; private set; }

    /// <summary>What the owner has to publish.</summary>
    public IReadOnlyList<VerificationRecord> Records { get; private set; } = [];

    /// <summary>Why it failed, or what it waits for.</summary>
    public string? Reason { get; private set; }

    public DateTimeOffset ClaimedAt { get; private set; }

    /// <summary>Since when it has not been live, as far as is known; the longer, the rarer it is asked about.</summary>
    public DateTimeOffset WaitingSince { get; private set; }

    /// <summary>Set while a deployment that asks for the domain is not live; after it the claim lapses.</summary>
    public DateTimeOffset? ReservedUntil { get; private set; }

    /// <summary>When its owner was first proved.</summary>
    public DateTimeOffset? VerifiedAt { get; private set; }

    public DateTimeOffset? CheckedAt { get; private set; }

    /// <summary>When to ask again; null when nothing will change by itself.</summary>
    public DateTimeOffset? NextCheckAt { get; private set; }

    /// <summary>Set once the project has given the domain up; the claim goes when the target has, too.</summary>
    public DateTimeOffset? ReleasedAt { get; private set; }

    /// <summary>Keeps a domain for a project while a deployment goes live.</summary>
    /// <param name="hostnameId">The provider's id when the domain is there already; null when it is new.</param>
    public static DomainClaim Stake(
        CustomDomain domain, string projectId, string? hostnameId, DateTimeOffset now, DateTimeOffset reservedUntil)
    {
        ArgumentNullException.ThrowIfNull(domain);
        return new DomainClaim
        {
            Domain = domain.Value,
            ProjectId = projectId,
            HostnameId = hostnameId,
            ClaimedAt = now,
            WaitingSince = now,
            ReservedUntil = reservedUntil,
        };
    }

    /// <summary>What a project without a claim has left at the provider, which is to be told at once that nobody wants it.</summary>
    /// <param name="hostnameId">The provider's id; null when it is not known.</param>
    public static DomainClaim LeaveBehind(CustomDomain domain, string projectId, string? hostnameId, DateTimeOffset now)
    {
        var claim = Stake(domain, projectId, hostnameId, now, reservedUntil: now);
        claim.Release(now);
        return claim;
    }

    /// <summary>Keeps other projects away while another deployment goes live; a claim in use is held already.</summary>
    public void Reserve(DateTimeOffset until)
    {
        if (ReleasedAt is null && ReservedUntil is null) return;
        (ReservedUntil, ReleasedAt, NextCheckAt) = (until, null, null);
    }

    /// <summary>
    /// The project's version is live: the domain is the project's from now on. One that failed starts anew, as if nobody had asked yet.
    /// </summary>
    /// <param name="next">When to ask about it, should the deployment that uses it not do so at once.</param>
    public void TakeIntoUse(DateTimeOffset now, DateTimeOffset next)
    {
        if (Progress == CustomDomainProgress.Failed) (Progress, Reason, CheckedAt) = (CustomDomainProgress.Pending, null, null);
        if (Progress != CustomDomainProgress.Live) WaitingSince = now;
        (ReservedUntil, ReleasedAt, NextCheckAt) = (null, null, next);
    }

    /// <summary>Takes over what the provider says.</summary>
    /// <param name="next">When to ask again; null for not at all.</param>
    public void Observe(CustomDomainState state, DateTimeOffset now, DateTimeOffset? next)
    {
        ArgumentNullException.ThrowIfNull(state);
        (Progress, CertificateStatus, Records, Reason) = (state.Progress, state.CertificateStatus, state.Records, state.Reason);
        HostnameId = state.HostnameId ?? HostnameId;
        if (Progress is CustomDomainProgress.Verified or CustomDomainProgress.Live) VerifiedAt ??= now;
        if (Progress == CustomDomainProgress.Live) WaitingSince = now;
        (CheckedAt, NextCheckAt) = (now, next);
    }

    /// <summary>The provider has just given the domain up although it is wanted again: it has to be added anew.</summary>
    public void Lose(DateTimeOffset now)
    {
        (HostnameId, Progress, CertificateStatus, Records) = (null, CustomDomainProgress.Pending, null, []);
        // One that is only reserved is asked about once it is in use.
        if (ReservedUntil is null) (WaitingSince, NextCheckAt) = (now, now);
    }

    /// <summary>The project has given the domain up: the provider is to be told at once.</summary>
    /// <param name="hostnameId">The provider's id, if it became known only now.</param>
    public void Release(DateTimeOffset now, string? hostnameId = null)
    {
        HostnameId = hostnameId ?? HostnameId;
        ReleasedAt ??= now;
        (ReservedUntil, NextCheckAt) = (null, now);
    }

    /// <summary>The provider said nothing of the domain itself: its state stays what it was.</summary>
    public void Defer(string reason, DateTimeOffset now, DateTimeOffset next) => (Reason, CheckedAt, NextCheckAt) = (reason, now, next);
}
