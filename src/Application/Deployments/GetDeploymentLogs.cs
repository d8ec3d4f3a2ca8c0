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
        var found = await deployments.FindAsync(query.Caller, query.Id, cancellationToken);
        if (found.IsError) return found.Errors;

        return await log.ReadAsync(LogSubject.Of(found.Value), query.Query, cancellationToken);
    }
}
