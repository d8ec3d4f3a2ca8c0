using ErrorOr;
using Libra.Deploy.Application.Common;
using Libra.Deploy.Application.Projects;
using Libra.Deploy.Domain.Deployments;
using Libra.Deploy.Domain.Projects;
using MediatR;

namespace Libra.Deploy.Application.Deployments;

/// <summary>Shows a deployment's status.</summary>
public sealed record GetDeploymentStatusQuery(OrganizationFilter Caller, DeploymentId Id) : IRequest<ErrorOr<DeploymentStanding>>;

/// <summary>How a deployment stands.</summary>
/// <param name="Place">Null when it does not wait.</param>
/// <param name="Domain">How its custom domain stands; null when it has none, and before it is set up.</param>
public sealed record DeploymentStanding(DeploymentView Deployment, QueuePlace? Place, CustomDomainView? Domain);

internal sealed class GetDeploymentStatusHandler(IDeploymentQueries deployments, IQueuePlaces places, IDomainClaimRepository claims)
    : IRequestHandler<GetDeploymentStatusQuery, ErrorOr<DeploymentStanding>>
{
    public async Task<ErrorOr<DeploymentStanding>> Handle(GetDeploymentStatusQuery query, CancellationToken cancellationToken)
    {
        var found = await deployments.FindAsync(query.Caller, query.Id, cancellationToken);
        if (found.IsError) return found.Errors;

        var view = found.Value;
        var place = view.Status == DeploymentStatus.Pending ? await places.FindAsync(query.Id, cancellationToken) : null;
        var claim = view.CustomDomain is { } domain ? await claims.FindAsync(domain, view.ProjectId, cancellationToken) : null;
        return new DeploymentStanding(view, place, CustomDomainView.Of(claim));
    }
}
