using ErrorOr;
using FluentValidation;
using Libra.Deploy.Application.Common;
using Libra.Deploy.Application.Deployments.Logs;
using Libra.Deploy.Domain.Deployments;
using MediatR;

namespace Libra.Deploy.Application.Deployments;

/// <summary>Reads a page of a deployment's log.</summary>
public sealed record GetDeploymentLogsQuery(OrganizationFilter Caller, DeploymentId Id, LogQuery Query) : IRequest<ErrorOr<LogPage>>;

internal sealed class GetDeploymentLogsValidator : AbstractValidator<GetDeploymentLogsQuery>
{
    public GetDeploymentLogsValidator() => RuleFor(query => query.Query.Limit).InclusiveBetween(1, 5000).OverridePropertyName("limit");
}

internal sealed class GetDeploymentLogsHandler(IDeploymentQueries deployments, IDeploymentLog log)
    : IRequestHandler<GetDeploymentLogsQuery, ErrorOr<LogPage>>
{
    public async Task<ErrorOr<LogPage>> Handle(GetDeploymentLogsQuery query, CancellationToken cancellationToken)
    {
        var view = await deployments.FindAsync(query.Id, cancellationToken);
        if (view is null || !query.Caller.Allows(view.OrganizationId)) return DeploymentErrors.NotFound(query.Id.Value);

        return await log.ReadAsync(new LogSubject(view.Id, view.OrganizationId, view.ProjectId), query.Query, cancellationToken);
    }
}
