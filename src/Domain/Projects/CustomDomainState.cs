namespace Libra.Deploy.Domain.Projects;

/// <summary>How a custom domain stands at the place where sites are live.</summary>
/// <param name="HostnameId">The provider's id; null where there is none.</param>
/// <param name="CertificateStatus">The provider's word for the certificate's state.</param>
/// <param name="Records">What the owner has to publish; may come later than the domain itself.</param>
/// <param name="Reason">Why it failed, or what it waits for; null when there is nothing to say.</param>
public sealed record CustomDomainState(
    CustomDomainProgress Progress,
    string? HostnameId,
    string? CertificateStatus,
    IReadOnlyList<VerificationRecord> Records,
    string? Reason);

/// <summary>The way of a custom domain. Requests may be routed to a project from <see cref="Live"/> on, not before.</summary>
public enum CustomDomainProgress
{
    /// <summary>Its owner has not been proved.</summary>
    Pending,

    /// <summary>Its owner is proved, and its certificate is on the way.</summary>
    Verified,

    Live,

    /// <summary>It will not go live by itself.</summary>
    Failed,
}

/// <summary>The platform's words for the way of a custom domain (column <c>custom_domain_status</c>), which are the API's too.</summary>
public static class CustomDomainStatuses
{
    public static string WireName(this CustomDomainProgress progress) => progress switch
    {
        CustomDomainProgress.Verified => "verified",
        CustomDomainProgress.Live => "active",
        CustomDomainProgress.Failed => "failed",
        _ => "pending",
    };
}

/// <summary>One thing that the owner of a domain publishes as proof.</summary>
/// <param name="Purpose"><c>ownership</c> or <c>certificate</c>.</param>
/// <param name="Type"><c>TXT</c>, <c>CNAME</c>, or <c>HTTP</c> for a file at an address.</param>
/// <param name="Name">The record's name, or the file's address.</param>
public sealed record VerificationRecord(string Purpose, string Type, string Name, string Value);
