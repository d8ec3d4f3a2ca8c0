using System.Linq.Expressions;
using Libra.Deploy.Application.Deployments;
using Libra.Deploy.Domain.Deployments;
using Microsoft.EntityFrameworkCore;

namespace Libra.Deploy.Infrastructure.Persistence;

internal sealed class DeploymentQueries(LibraDbContext database) : IDeploymentQueries
{
    // Each makes the statement longer; whoever belongs to more organizations has them sorted together.
    private const int MostAsked = 64;

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
        CustomDomain = deployment.CustomDomain,
        ArtifactDigest = deployment.ArtifactDigest,
        ArtifactSize = deployment.ArtifactSize,
        ArtifactReused = deployment.ArtifactReused,
        Failure = deployment.Failure,
        PredecessorId = deployment.PredecessorId,
        RequestId = deployment.RequestId,
    };

    public Task<DeploymentView?> FindAsync(DeploymentId id, CancellationToken cancellationToken) =>
        database.Deployments.AsNoTracking().Where(deployment => deployment.Id == id).Select(ToView).FirstOrDefaultAsync(cancellationToken);

    public async Task<DeploymentPage> ListAsync(DeploymentFilter filter, CancellationToken cancellationToken)
    {
        var newest = Newest(filter);
        if (AsksEachOrganization(filter))
        {
            // By their ids, because EF cannot fetch the journals of rows that it puts together from several lists.
            var ids = await NewestOfEach(filter).ToListAsync(cancellationToken);
            newest = First(database.Deployments.AsNoTracking().Where(deployment => ids.Contains(deployment.Id)), ids.Count);
        }

        var rows = await newest.Select(ToView).AsSplitQuery().ToListAsync(cancellationToken);
        var page = rows.Take(filter.Limit).ToList();
        return new DeploymentPage(page, rows.Count > filter.Limit ? new DeploymentCursor(page[^1].CreatedAt, page[^1].Id) : null);
    }

    /// <summary>One more than a page, so that it shows whether there is a next one.</summary>
    internal IQueryable<Deployment> Newest(DeploymentFilter filter)
    {
        var (rows, count) = (Matching(filter), filter.Limit + 1);
        if (filter.Organizations is not { } organizations) return First(rows, count);
        if (organizations.Count > 1) return First(rows.Where(deployment => organizations.Contains(deployment.OrganizationId)), count);

        var only = organizations.FirstOrDefault();
        return First(rows.Where(deployment => deployment.OrganizationId == only), count);
    }

    /// <summary>The same of several organizations, each of which is asked for its own newest.</summary>
    /// <remarks>
    /// The index gives one organization's newest first; asked for several at once, PostgreSQL would sort all that they ever had.
    /// </remarks>
    internal IQueryable<DeploymentId> NewestOfEach(DeploymentFilter filter)
    {
        var (rows, count) = (Matching(filter), filter.Limit + 1);
        return filter.Organizations!.Distinct(StringComparer.Ordinal)
            .Select(organization => First(rows.Where(deployment => deployment.OrganizationId == organization), count)
                .Select(deployment => new { deployment.CreatedAt, deployment.Id }))
            .Aggregate((lists, list) => lists.Concat(list))
            .OrderByDescending(row => row.CreatedAt).ThenByDescending(row => row.Id)
            .TakeLiteral(count)
            .Select(row => row.Id);
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
        filter is { Organizations.Count: > 1 and <= MostAsked, ProjectId: null, UserId: null }
        && (filter.Text is null || DeploymentIdStart.TryParse(filter.Text) is not null);

    private static IQueryable<Deployment> First(IQueryable<Deployment> rows, int count) =>
        rows.OrderByDescending(deployment => deployment.CreatedAt).ThenByDescending(deployment => deployment.Id).TakeLiteral(count);

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

    // An id names the moment of its acceptance, so the indexes by time find its start among any number of others.
    private static IQueryable<Deployment> With(string text, IQueryable<Deployment> rows)
    {
        if (DeploymentIdStart.TryParse(text) is not { } start) return rows.Where(deployment => deployment.ProjectId == text);

        var (from, until) = (start.From, start.Until);
        return rows.Where(deployment => deployment.CreatedAt >= from && deployment.CreatedAt < until
            && ((string)(object)deployment.Id).StartsWith(start.Text));
    }
}
