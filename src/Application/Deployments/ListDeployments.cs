using ErrorOr;
using FluentValidation;
using Libra.Deploy.Application.Common;
using MediatR;

namespace Libra.Deploy.Application.Deployments;

/// <summary>Lists deployments, newest first.</summary>
public sealed record ListDeploymentsQuery(OrganizationFilter Caller, DeploymentFilter Filter) : IRequest<ErrorOr<DeploymentPage>>;

internal sealed class ListDeploymentsValidator : AbstractValidator<ListDeploymentsQuery>
{
    public ListDeploymentsValidator() => RuleFor(query => query.Filter.Limit).InclusiveBetween(1, 100).OverridePropertyName("limit");
}

internal sealed class ListDeploymentsHandler(IDeploymentQueries deployments)
    : IRequestHandler<ListDeploymentsQuery, ErrorOr<DeploymentPage>>
{
    public async Task<ErrorOr<DeploymentPage>> Handle(ListDeploymentsQuery query, CancellationToken cancellationToken)
    {
        var visible = query.Filter with { Organizations = query.Caller.Narrow(query.Filter.Organizations) };
        return await deployments.ListAsync(visible, cancellationToken);
    }
}
