using Libra.Deploy.Domain.Projects;
using Libra.Deploy.Infrastructure.Persistence;
using Microsoft.EntityFrameworkCore;

namespace Libra.Deploy.Infrastructure.Projects;

internal sealed class DomainClaimRepository(LibraDbContext database) : IDomainClaimRepository
{
    private DbSet<DomainClaim> Claims => database.Set<DomainClaim>();

    public Task<DomainClaim?> FindAsync(string domain, string projectId, CancellationToken cancellationToken) => Claims.AsNoTracking()
        .FirstOrDefaultAsync(
            claim => claim.Domain == domain && claim.ProjectId == projectId && claim.ReleasedAt == null, cancellationToken);

    public async Task<DomainClaim?> FindForUpdateAsync(string domain, string projectId, CancellationToken cancellationToken)
    {
        var claim = await Claims
            .FromSql($"SELECT * FROM deploy.custom_domains WHERE domain = {domain} AND project_id = {projectId} FOR UPDATE")
            .SingleOrDefaultAsync(cancellationToken);
        // One that this scope has read before comes as it was then, and one that is gone would stand in the way of another.
        if (claim is not null) await database.Entry(claim).ReloadAsync(cancellationToken);
        else if (Claims.Local.FindEntryUntyped([domain, projectId]) is { } gone) gone.State = EntityState.Detached;
        return claim;
    }

    public Task ReleaseGivenUpAsync(DateTimeOffset now, CancellationToken cancellationToken) => database.Database.ExecuteSqlAsync(
        $"""
         UPDATE deploy.custom_domains c SET released_at = {now}, next_check_at = {now}
         WHERE c.released_at IS NULL AND (c.reserved_until IS NULL OR c.reserved_until < {now})
           AND NOT EXISTS (SELECT 1 FROM public.project p WHERE p.id = c.project_id AND p.custom_domain = c.domain)
         """,
        cancellationToken);

    public async Task<DomainClaim?> TakeDueAsync(
        string? projectId, DateTimeOffset dueBy, DateTimeOffset askedBefore, DateTimeOffset until, CancellationToken cancellationToken)
    {
        // As the condition of an UPDATE, the SELECT could run again for every row, and then take another one each time.
        var taken = await Claims.FromSql(
            $"""
             WITH due AS MATERIALIZED (
                 SELECT d.domain, d.project_id FROM deploy.custom_domains d
                 WHERE d.next_check_at <= {dueBy} AND ({projectId}::text IS NULL OR d.project_id = {projectId})
                   AND (d.checked_at IS NULL OR d.checked_at < {askedBefore})
                   AND (d.released_at IS NOT NULL OR NOT EXISTS (
                       SELECT 1 FROM deploy.custom_domains o
                       WHERE o.domain = d.domain AND o.project_id <> d.project_id AND o.released_at IS NOT NULL))
                 ORDER BY d.next_check_at LIMIT 1 FOR UPDATE SKIP LOCKED)
             UPDATE deploy.custom_domains c SET next_check_at = {until}
             FROM due WHERE c.domain = due.domain AND c.project_id = due.project_id
             RETURNING c.*
             """).AsNoTracking().ToListAsync(cancellationToken);
        return taken.SingleOrDefault();
    }

    public void Add(DomainClaim claim) => database.Add(claim);

    public void Remove(DomainClaim claim) => database.Remove(claim);
}
