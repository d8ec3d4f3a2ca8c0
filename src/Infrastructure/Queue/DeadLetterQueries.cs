using Libra.Deploy.Application.Queue;
using Libra.Deploy.Domain.Queue;
using Libra.Deploy.Infrastructure.Persistence;
using Microsoft.EntityFrameworkCore;

namespace Libra.Deploy.Infrastructure.Queue;

internal sealed class DeadLetterQueries(LibraDbContext database) : IDeadLetterQueries
{
    public Task<DeadLetter?> FindAsync(DeadLetterId id, CancellationToken cancellationToken) =>
        database.Set<DeadLetter>().AsNoTracking().FirstOrDefaultAsync(letter => letter.Id == id, cancellationToken);

    public async Task<DeadLetterPage> ListAsync(DeadLetterFilter filter, CancellationToken cancellationToken)
    {
        var rows = await Behind(filter.Cursor, Matching(filter))
            .OrderByDescending(letter => letter.CreatedAt).ThenByDescending(letter => letter.Id)
            .Take(filter.Limit + 1)
            .ToListAsync(cancellationToken);
        var page = rows.Take(filter.Limit).ToList();
        return new DeadLetterPage(page, rows.Count > filter.Limit ? page[^1].Id : null);
    }

    private IQueryable<DeadLetter> Matching(DeadLetterFilter filter)
    {
        var rows = database.Set<DeadLetter>().AsNoTracking();
        if (filter.Organizations is { } organizations) rows = rows.Where(letter => organizations.Contains(letter.OrganizationId));
        if (filter.Reason is { } reason) rows = rows.Where(letter => letter.Reason == reason);
        if (filter.Superseded is { } superseded)
            rows = rows.Where(letter => superseded == database.Deployments.Any(own => own.Id == letter.DeploymentId
                && database.Deployments.Any(later => later.ProjectId == own.ProjectId && later.CreatedAt > own.CreatedAt)));
        return filter.Resolved switch
        {
            true => rows.Where(letter => letter.Resolution != null),
            false => rows.Where(letter => letter.Resolution == null),
            null => rows,
        };
    }

    // A cursor whose letter was pruned meanwhile ends the list: everything behind it was older, and is gone too or long settled.
    private IQueryable<DeadLetter> Behind(DeadLetterId? cursor, IQueryable<DeadLetter> rows) => cursor is not { } last
        ? rows
        : rows.Where(letter => database.Set<DeadLetter>().Any(end => end.Id == last
            && EF.Functions.LessThan(ValueTuple.Create(letter.CreatedAt, letter.Id), ValueTuple.Create(end.CreatedAt, end.Id))));
}
