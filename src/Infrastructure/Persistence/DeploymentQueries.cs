using System.Linq.Expressions;
using Libra.Deploy.Application.Deployments;
using Libra.Deploy.Domain.Deployments;
using Microsoft.EntityFrameworkCore;

namespace Libra.Deploy.Infrastructure.Persistence;

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
        var rows = await Matching(filter)
            .OrderByDescending(deployment => deployment.CreatedAt).ThenByDescending(deployment => deployment.Id)
            .Take(filter.Limit + 1)
            .Select(ToView)
            .AsSplitQuery()
            .ToListAsync(cancellationToken);
        var page = rows.Take(filter.Limit).ToList();
        return new DeploymentPage(page, rows.Count > filter.Limit ? new DeploymentCursor(page[^1].CreatedAt, page[^1].Id) : null);
    }

    public async Task<IReadOnlyList<DeploymentView>> ListActiveAsync(IReadOnlyCollection<string>? organizations, int limit, CancellationToken cancellationToken) =>
        await database.Deployments.AsNoTracking()
            .Where(deployment => deployment.Status != DeploymentStatus.Completed && deployment.Status != DeploymentStatus.Failed
                && deployment.Status != DeploymentStatus.Cancelled && (organizations == null || organizations.Contains(deployment.OrganizationId)))
            .OrderBy(deployment => deployment.CreatedAt).ThenBy(deployment => deployment.Id)
            .Take(limit)
            .Select(ToView)
            .AsSplitQuery()
            .ToListAsync(cancellationToken);

    private IQueryable<Deployment> Matching(DeploymentFilter filter)
    {
        var rows = database.Deployments.AsNoTracking();
        if (filter.Organizations is { } organizations) rows = rows.Where(deployment => organizations.Contains(deployment.OrganizationId));
        if (filter.Status is { } status) rows = rows.Where(deployment => deployment.Status == status);
        if (filter.ProjectId is { } project) rows = rows.Where(deployment => deployment.ProjectId == project);
        if (filter.UserId is { } user) rows = rows.Where(deployment => deployment.UserId == user);
        if (filter.Since is { } since) rows = rows.Where(deployment => deployment.CreatedAt >= since);
        if (filter.Until is { } until) rows = rows.Where(deployment => deployment.CreatedAt < until);
        if (filter.Text is { } text) rows = rows.Where(deployment => deployment.ProjectId.Contains(text) || ((string)(object)deployment.Id).Contains(text));
        return filter.Cursor is { } cursor
            ? rows.Where(deployment => EF.Functions.LessThan(ValueTuple.Create(deployment.CreatedAt, deployment.Id), ValueTuple.Create(cursor.CreatedAt, cursor.Id)))
            : rows;
    }
}
