namespace Libra.Deploy.Domain.Projects;

/// <summary>Keeps which project holds which custom domain.</summary>
public interface IDomainClaimRepository
{
    /// <summary>The claim of a project on a domain; null when it has none, or has given it up.</summary>
    Task<DomainClaim?> FindAsync(string domain, string projectId, CancellationToken cancellationToken);

    /// <summary>As <see cref="FindAsync"/> but also one that was given up, and held until the transaction ends.</summary>
    Task<DomainClaim?> FindForUpdateAsync(string domain, string projectId, CancellationToken cancellationToken);

    /// <summary>
    /// Lets go of every claim whose project has another domain now, or none, unless a deployment is about to give it this one.
    /// </summary>
    Task ReleaseGivenUpAsync(DateTimeOffset now, CancellationToken cancellationToken);

    /// <summary>
    /// Takes claims that are due, so that no other node asks about them before <paramref name="until"/>. One whose domain another project
    /// has given up waits until that is done.
    /// </summary>
    /// <param name="projectId">Null takes those of all projects.</param>
    /// <param name="dueBy">What is to be asked about later than this is left.</param>
    Task<IReadOnlyList<DomainClaim>> TakeDueAsync(
        string? projectId, int limit, DateTimeOffset dueBy, DateTimeOffset until, CancellationToken cancellationToken);

    void Add(DomainClaim claim);

    void Remove(DomainClaim claim);
}
