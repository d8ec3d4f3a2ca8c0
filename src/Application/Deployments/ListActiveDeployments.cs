using ErrorOr;
using Libra.Deploy.Application.Common;
using MediatR;

namespace Libra.Deploy.Application.Deployments;

/// <summary>Lists the deployments that have not ended, oldest first.</summary>
public sealed record ListActiveDeploymentsQuery(OrganizationFilter Caller, int Limit) : IRequest<ErrorOr<IReadOnlyList<DeploymentView>>>;

internal sealed class ListActiveDeploymentsHandler(IDeploymentQueries deployments)
    : IRequestHandler<ListActiveDeploymentsQuery, ErrorOr<IReadOnlyList<DeploymentView>>>
{
    public async Task<ErrorOr<IReadOnlyList<DeploymentView>>> Handle(
        ListActiveDeploymentsQuery query, CancellationToken cancellationToken) =>
        ErrorOrFactory.From(await deployments.ListActiveAsync(query.Caller.Only, query.Limit, cancellationToken));
}
