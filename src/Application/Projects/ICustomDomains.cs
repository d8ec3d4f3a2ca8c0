using ErrorOr;
using Libra.Deploy.Domain.Projects;

namespace Libra.Deploy.Application.Projects;

/// <summary>
/// Customers' own host names at the place where sites are live. The caller has made sure that no other project uses the name. An error
/// typed Unexpected says nothing about the domain: its state is unknown and stays what it was.
/// </summary>
public interface ICustomDomains
{
    /// <summary>Says whether domains can be taken at all.</summary>
    Task<ErrorOr<Success>> CheckAsync(CancellationToken cancellationToken);

    /// <summary>Adds the domain, or finds it again and has a verification that ran out of time start anew. Safe to repeat.</summary>
    Task<ErrorOr<CustomDomainState>> EnsureAsync(CustomDomain domain, string projectId, CancellationToken cancellationToken);

    /// <summary>Asks how a domain stands; one that is gone is failed.</summary>
    /// <param name="hostnameId">As <see cref="EnsureAsync"/> gave it.</param>
    Task<ErrorOr<CustomDomainState>> ReadAsync(CustomDomain domain, string hostnameId, CancellationToken cancellationToken);

    /// <summary>Gives the domain up with its certificates; one that is not there is no error.</summary>
    /// <param name="hostnameId">Null when it is not known: it is looked for by name then.</param>
    Task<ErrorOr<Success>> RemoveAsync(CustomDomain domain, string? hostnameId, string projectId, CancellationToken cancellationToken);
}

/// <summary>How a custom domain stands.</summary>
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

/// <summary>One thing that the owner of a domain publishes as proof.</summary>
/// <param name="Purpose"><c>ownership</c> or <c>certificate</c>.</param>
/// <param name="Type"><c>TXT</c>, <c>CNAME</c>, or <c>HTTP</c> for a file at an address.</param>
/// <param name="Name">The record's name, or the file's address.</param>
public sealed record VerificationRecord(string Purpose, string Type, string Name, string Value);
