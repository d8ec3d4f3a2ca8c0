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
    /// Takes the claim that has been due for longest, so that no other node asks about it before <paramref name="until"/>; null when none
    /// is due. One whose domain another project has given up waits until that is done.
    /// </summary>
    /// <param name="projectId">Null takes those of all projects.</param>
    /// <param name="dueBy">What is to be asked about later than this is left.</param>
    /// <param name="askedBefore">What was asked about later than this is left, however soon it is due again.</param>
    Task<DomainClaim?> TakeDueAsync(
        string? projectId, DateTimeOffset dueBy, DateTimeOffset askedBefore, DateTimeOffset until, CancellationToken cancellationToken);

    void Add(DomainClaim claim);

    void Remove(DomainClaim claim);
}
