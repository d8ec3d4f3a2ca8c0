using Libra.Deploy.Domain.Projects;

namespace Libra.Deploy.Application.Projects;

/// <summary>How a custom domain stands, as clients see it.</summary>
/// <param name="Status"><c>pending</c>, <c>verified</c>, <c>active</c> or <c>failed</c>.</param>
/// <param name="CertificateStatus">The provider's own word.</param>
/// <param name="Reason">Why it failed, or what it waits for.</param>
/// <param name="Records">What the owner has to publish.</param>
public sealed record CustomDomainView(
    string Domain,
    string Status,
    string? CertificateStatus,
    string? Reason,
    DateTimeOffset? VerifiedAt,
    DateTimeOffset? CheckedAt,
    IReadOnlyList<VerificationRecord> Records)
{
    internal static CustomDomainView? Of(DomainClaim? claim) => claim is null
        ? null
        : new CustomDomainView(
            claim.Domain, claim.Progress.WireName(), claim.CertificateStatus, claim.Reason, claim.VerifiedAt, claim.CheckedAt,
            claim.Records);
}
