using System.Linq.Expressions;
using Libra.Deploy.Application.Deployments;
using Libra.Deploy.Domain.Deployments;
using Libra.Deploy.Infrastructure.Persistence;
using Microsoft.EntityFrameworkCore;

namespace Libra.Deploy.Infrastructure.Deployments;

internal sealed class DeploymentQueries(LibraDbContext database) : IDeploymentQueries
{
    private static readonly Expression<Func<Deployment, DeploymentView>> ToView = deployment => new DeploymentView
    {
        Id = deployment.Id,
        ProjectId = deployment.ProjectId,
        OrganizationId = deployment.OrganizationId,
        UserId = deployment.UserId,
        Status = deployment.Status,
        Progress = deployment.Progress,
        Attempt = deployment.Attempt,
        MaxAttempts = deployment.Settings.MaxAttempts,
        Journal = deployment.Journal.ToList(),
        CreatedAt = deployment.CreatedAt,
        StartedAt = deployment.StartedAt,
        CompletedAt = deployment.CompletedAt,
        DueAt = deployment.DueAt,
        CancelRequestedAt = deployment.CancelRequestedAt,
        WorkerUrl = deployment.WorkerUrl,
        CustomDomain = deployment.Domain.To,
        ArtifactDigest = deployment.ArtifactDigest,
        ArtifactSize = deployment.ArtifactSize,
        ArtifactReused = deployment.ArtifactReused,
        Failure = deployment.Failure,
        PredecessorId = deployment.PredecessorId,
        RequestId = deployment.RequestId,
    };

    public Task<DeploymentView?> FindAsync(DeploymentId id, CancellationToken cancellationToken) =>
        database.Deployments.AsNoTracking().Where(deployment => deployment.Id == id).Select(ToView).FirstOrDefaultAsync(cancellationToken);

    /// <remarks>
    /// The places of a page first: an index alone gives them, by one plan for all values. For whole rows, or the journals of a span of
    /// time, PostgreSQL has no plan that suits all values, and plans such a statement over a long table anew each time.
    /// </remarks>
    public async Task<DeploymentPage> ListAsync(DeploymentFilter filter, CancellationToken cancellationToken)
    {
        var places = await Places(filter).ToListAsync(cancellationToken);
        var ids = places.Take(filter.Limit).Select(place => place.Id).ToList();
        var page = ids.Count == 0 ? [] : await database.Deployments.AsNoTracking()
            .Where(deployment => ids.Contains(deployment.Id))
            .OrderByDescending(deployment => deployment.CreatedAt).ThenByDescending(deployment => deployment.Id)
            .Select(ToView)
            .AsSplitQuery()
            .ToListAsync(cancellationToken);
        return new DeploymentPage(page, places.Count > filter.Limit ? places[filter.Limit - 1] : null);
    }

    /// <summary>One more than a page, so that it shows whether there is a next one.</summary>
    internal IQueryable<DeploymentCursor> Places(DeploymentFilter filter)
    {
        var (rows, count) = (Matching(filter), filter.Limit + 1);
        if (filter.Organizations is not { } organizations) return First(rows, count);
        if (AsksEachOrganization(filter)) return FirstOfEach(organizations, rows, count);
        if (organizations.Count > 1) return First(rows.Where(deployment => organizations.Contains(deployment.OrganizationId)), count);

        var only = organizations.FirstOrDefault();
        return First(rows.Where(deployment => deployment.OrganizationId == only), count);
    }

    public async Task<IReadOnlyList<DeploymentView>> ListActiveAsync(
        IReadOnlyCollection<string>? organizations, int limit, CancellationToken cancellationToken) =>
        await database.Deployments.AsNoTracking()
            .Where(deployment => deployment.Status != DeploymentStatus.Completed && deployment.Status != DeploymentStatus.Failed
                && deployment.Status != DeploymentStatus.Cancelled
                && (organizations == null || organizations.Contains(deployment.OrganizationId)))
            .OrderBy(deployment => deployment.CreatedAt).ThenBy(deployment => deployment.Id)
            .TakeLiteral(limit)
            .Select(ToView)
            .AsSplitQuery()
            .ToListAsync(cancellationToken);

    // A project's or a user's deployments have an index of their own, and hardly another organization's among them.
    private static bool AsksEachOrganization(DeploymentFilter filter) =>
        filter is { Organizations.Count: > 1, ProjectId: null, UserId: null }
        && (filter.Text is null || DeploymentIdStart.TryParse(filter.Text) is not null);

    private static IQueryable<DeploymentCursor> First(IQueryable<Deployment> rows, int count) =>
        rows.OrderByDescending(deployment => deployment.CreatedAt).ThenByDescending(deployment => deployment.Id)
            .TakeLiteral(count)
            .Select(deployment => new DeploymentCursor(deployment.CreatedAt, deployment.Id));

    // The index gives one organization's newest first; asked for several at once, PostgreSQL would sort all that they ever had. Only
    // because the organization is selected too does EF keep the limit at each of them, and not number all rows of the table.
    private IQueryable<DeploymentCursor> FirstOfEach(IEnumerable<string> organizations, IQueryable<Deployment> rows, int count) =>
        database.Database.SqlQuery<string>($"SELECT unnest({organizations.Distinct(StringComparer.Ordinal).ToArray()}) AS \"Value\"")
            .SelectMany(organization => rows.Where(deployment => deployment.OrganizationId == organization)
                .OrderByDescending(deployment => deployment.CreatedAt).ThenByDescending(deployment => deployment.Id)
                .Take(EF.Constant(count))
                .Select(deployment => new { organization, deployment.CreatedAt, deployment.Id }))
            .OrderByDescending(row => row.CreatedAt).ThenByDescending(row => row.Id)
            .TakeLiteral(count)
            .Select(row => new DeploymentCursor(row.CreatedAt, row.Id));

    private IQueryable<Deployment> Matching(DeploymentFilter filter)
    {
        var rows = database.Deployments.AsNoTracking();
        if (filter.Status is { } status) rows = rows.Where(deployment => deployment.Status == status);
        if (filter.ProjectId is { } project) rows = rows.Where(deployment => deployment.ProjectId == project);
        if (filter.UserId is { } user) rows = rows.Where(deployment => deployment.UserId == user);
        if (filter.Since is { } since) rows = rows.Where(deployment => deployment.CreatedAt >= since);
        if (filter.Until is { } until) rows = rows.Where(deployment => deployment.CreatedAt < until);
        if (filter.Text is { } text) rows = With(text, rows);
        return filter.Cursor is { } cursor
            ? rows.Where(deployment => EF.Functions.LessThan(
                ValueTuple.Create(deployment.CreatedAt, deployment.Id), ValueTuple.Create(cursor.CreatedAt, cursor.Id)))
            : rows;
    }

    // An id names the moment of its acceptance, so the indexes by time find its start among any number of others. An id holds such a text
    // nowhere but at its start; of "starts with" PostgreSQL expects so few rows that one plan for all texts looks expensive to it, and it
    // plans the statement over a long table anew each time.
    private static IQueryable<Deployment> With(string text, IQueryable<Deployment> rows)
    {
        if (DeploymentIdStart.TryParse(text) is not { } start) return rows.Where(deployment => deployment.ProjectId == text);
        if (start.Whole is { } id) return rows.Where(deployment => deployment.Id == id);

        var (from, until) = (start.From, start.Until);
        return rows.Where(deployment => deployment.CreatedAt >= from && deployment.CreatedAt < until
            && ((string)(object)deployment.Id).IndexOf(start.Text) > -1);
    }
}
