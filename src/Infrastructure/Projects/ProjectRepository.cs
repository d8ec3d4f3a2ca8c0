using Libra.Deploy.Domain.Projects;
using Libra.Deploy.Infrastructure.Persistence;
using Microsoft.EntityFrameworkCore;
using static Libra.Deploy.Infrastructure.Persistence.PendingStatements;

namespace Libra.Deploy.Infrastructure.Projects;

internal sealed class ProjectRepository(LibraDbContext database, PendingStatements pending) : IProjectRepository
{
    public Task<Project?> FindAsync(string id, CancellationToken cancellationToken) =>
        database.Projects.AsNoTracking().FirstOrDefaultAsync(project => project.Id == id, cancellationToken);

    public async Task<Project?> FindToSaveAsync(string id, CancellationToken cancellationToken)
    {
        await database.HoldAsync(DatabaseLocks.Project, id, cancellationToken);
        return await FindForUpdateAsync(id, cancellationToken);
    }

    public async Task<Project?> FindForUpdateAsync(string id, CancellationToken cancellationToken)
    {
        var known = database.Projects.Local.FindEntry(id) is not null;
        // Two statements, because EF would write the SQL of one with a FOR UPDATE anew each time.
        await database.Database.ExecuteSqlAsync($"SELECT 1 FROM public.project WHERE id = {id} FOR UPDATE", cancellationToken);
        var project = await database.Projects.FirstOrDefaultAsync(project => project.Id == id, cancellationToken);
        // One that this scope has read before comes as it was then.
        if (project is not null && known) await database.Entry(project).ReloadAsync(cancellationToken);
        return project;
    }

    public Task HoldCustomDomainAsync(string domain, CancellationToken cancellationToken) =>
        database.HoldAsync(DatabaseLocks.CustomDomain, domain, cancellationToken);

    public async Task<string?> FindIdByCustomDomainAsync(string domain, CancellationToken cancellationToken)
    {
        var users = database.Projects.Where(project => project.CustomDomain == domain);
        // A claim whose project has let the domain go is about to be released and counts no more.
        var holder = await database.Set<DomainClaim>()
            .Where(
                claim => claim.Domain == domain && claim.ReleasedAt == null
                    && (claim.ReservedUntil != null || users.Any(user => user.Id == claim.ProjectId)))
            .Select(claim => claim.ProjectId).FirstOrDefaultAsync(cancellationToken);
        return holder ?? await users.Select(project => project.Id).FirstOrDefaultAsync(cancellationToken);
    }

    public void RecordDeployment(string projectId, string deploymentId, string status, string? address, bool starting) => pending.Add(
        """
        UPDATE public.project
        SET deployment_status = $3, workflow_id = $2, production_deploy_url = COALESCE($4, production_deploy_url), updated_at = now()
        WHERE id = $1 AND ($5 OR workflow_id = $2)
        """,
        Of(projectId), Of(deploymentId), Of(status), Of(address), Of(starting));

    public void Add(Project project) => database.Add(project);
}
