using ErrorOr;
using Libra.Deploy.Application.Common;
using Libra.Deploy.Application.Deployments.Archive;
using Libra.Deploy.Application.Deployments.Logs;
using Libra.Deploy.Domain.Deployments;
using MediatR;

namespace Libra.Deploy.Application.Deployments;

/// <summary>Opens the live log of a deployment, wherever it runs.</summary>
/// <param name="AfterSeq">The last line that the follower has; 0 from the start.</param>
public sealed record FollowDeploymentQuery(OrganizationFilter Caller, DeploymentId Id, long AfterSeq)
    : IRequest<ErrorOr<FollowedDeployment>>;

/// <summary>A log to read to its end.</summary>
/// <param name="Lines">In pieces, which are the same objects for all who follow.</param>
/// <param name="LatestAsync">How the deployment stands meanwhile, at most half a second ago.</param>
/// <param name="EndAsync">How it stands when the log has ended.</param>
public sealed record FollowedDeployment(
    IAsyncEnumerable<IReadOnlyList<LogEntry>> Lines,
    Func<CancellationToken, Task<DeploymentView?>> LatestAsync,
    Func<CancellationToken, Task<DeploymentView?>> EndAsync);

internal sealed class FollowDeploymentHandler(
    IDeploymentQueries deployments, IDeploymentLog log, DeploymentArchive archive, SharedDeploymentViews views, TimeProvider clock)
    : IRequestHandler<FollowDeploymentQuery, ErrorOr<FollowedDeployment>>
{
    public async Task<ErrorOr<FollowedDeployment>> Handle(FollowDeploymentQuery query, CancellationToken cancellationToken)
    {
        var found = await deployments.FindAsync(query.Caller, query.Id, cancellationToken);
        if (found.IsError) return found.Errors;

        var view = found.Value;
        await SealWhenLeftAsync(view);
        return new FollowedDeployment(
            log.FollowAsync(LogSubject.Of(view), query.AfterSeq, cancellationToken),
            cancelled => LatestAsync(view.Id, cancelled),
            cancelled => views.FindEndedAsync(view.Id, cancelled));
    }

    private async Task<DeploymentView?> LatestAsync(DeploymentId id, CancellationToken cancellationToken)
    {
        var view = await views.FindAsync(id, cancellationToken);
        if (view is not null) await SealWhenLeftAsync(view);
        return view;
    }

    // Killed between the end and the sealing, or the store was away: whoever follows would wait for ever.
    private Task SealWhenLeftAsync(DeploymentView view) => view.CompletedAt + DeploymentArchive.DoneByThen < clock.GetUtcNow()
        ? archive.SealAsync(LogSubject.Of(view))
        : Task.CompletedTask;
}
