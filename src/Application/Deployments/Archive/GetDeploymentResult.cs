using ErrorOr;
using Libra.Deploy.Application.Common;
using Libra.Deploy.Domain.Deployments;
using MediatR;

namespace Libra.Deploy.Application.Deployments.Archive;

/// <summary>Fetches how an ended deployment went, with error details and stacks: for operators only.</summary>
public sealed record GetDeploymentResultQuery(OrganizationFilter Caller, DeploymentId Id) : IRequest<ErrorOr<Stream>>;

internal sealed class GetDeploymentResultHandler(IDeploymentQueries deployments, DeploymentResults results)
    : IRequestHandler<GetDeploymentResultQuery, ErrorOr<Stream>>
{
    public async Task<ErrorOr<Stream>> Handle(GetDeploymentResultQuery query, CancellationToken cancellationToken)
    {
        var found = await deployments.FindAsync(query.Caller, query.Id, cancellationToken);
        if (found.IsError) return found.Errors;
        if (!found.Value.Status.IsTerminal()) return DeploymentErrors.NoResult(query.Id);

        await results.WriteAsync(query.Id, cancellationToken); // when whoever ended it could not
        return await results.OpenAsync(query.Id, cancellationToken) is { } result ? result : DeploymentErrors.NoResult(query.Id);
    }
}
