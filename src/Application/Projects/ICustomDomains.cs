using ErrorOr;
using Libra.Deploy.Domain.Projects;

namespace Libra.Deploy.Application.Projects;

/// <summary>
/// Customers' own host names at the place where sites are live. The caller has made sure that no other project uses the name. An error
/// typed Unexpected says nothing about the domain: its state is unknown and stays what it was.
/// </summary>
public interface ICustomDomains
{
    /// <summary>
    /// Key in the metadata of an error typed Unexpected: nobody answered, or nothing more may be asked now, so that another domain would
    /// hear the same.
    /// </summary>
    const string Unanswered = "unanswered";

    /// <summary>Says whether domains can be taken at all.</summary>
    Task<ErrorOr<Success>> CheckAsync(CancellationToken cancellationToken);

    /// <summary>Adds the domain, or finds it again and has one that failed start anew where that may help. Safe to repeat.</summary>
    /// <param name="hostnameId">The id by which the project has it already, whatever it says of itself; null when none is known.</param>
    Task<ErrorOr<CustomDomainState>> EnsureAsync(
        CustomDomain domain, string? hostnameId, string projectId, CancellationToken cancellationToken);

    /// <summary>Asks how a domain stands; null when it is gone.</summary>
    /// <param name="hostnameId">As <see cref="EnsureAsync"/> gave it.</param>
    Task<ErrorOr<CustomDomainState?>> ReadAsync(CustomDomain domain, string hostnameId, CancellationToken cancellationToken);

    /// <summary>Gives the domain up with its certificates; one that is not there is not an error.</summary>
    /// <param name="hostnameId">Null when it is not known: it is looked for by name then.</param>
    Task<ErrorOr<Success>> RemoveAsync(CustomDomain domain, string? hostnameId, string projectId, CancellationToken cancellationToken);
}
