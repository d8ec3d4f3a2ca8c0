using ErrorOr;
using Libra.Deploy.Application.Common;
using Libra.Deploy.Domain.Deployments;
using MediatR;

namespace Libra.Deploy.Application.Deployments;

/// <summary>Tells how a deployment stands.</summary>
public sealed record GetDeploymentStatusQuery(OrganizationFilter Caller, DeploymentId Id) : IRequest<ErrorOr<DeploymentStanding>>;

/// <summary>How a deployment stands.</summary>
/// <param name="Place">Null when it does not wait.</param>
public sealed record DeploymentStanding(DeploymentView Deployment, QueuePlace? Place);

internal sealed class GetDeploymentStatusHandler(IDeploymentQueries deployments, IQueuePlaces places)
    : IRequestHandler<GetDeploymentStatusQuery, ErrorOr<DeploymentStanding>>
{
    public async Task<ErrorOr<DeploymentStanding>> Handle(GetDeploymentStatusQuery query, CancellationToken cancellationToken)
    {
        var view = await deployments.FindAsync(query.Id, cancellationToken);
        if (view is null || !query.Caller.Allows(view.OrganizationId)) return DeploymentErrors.NotFound(query.Id.Value);

        var place = view.Status == DeploymentStatus.Pending ? await places.FindAsync(query.Id, cancellationToken) : null;
        return new DeploymentStanding(view, place);
    }
}
