using ErrorOr;
using Libra.Deploy.Application.Common;
using Libra.Deploy.Domain.Projects;
using MediatR;

namespace Libra.Deploy.Application.Projects;

/// <summary>Shows a project.</summary>
public sealed record GetProjectQuery(OrganizationFilter Caller, string Id) : IRequest<ErrorOr<ProjectView>>;

internal sealed class GetProjectHandler(IProjectRepository projects, IDomainClaimRepository claims)
    : IRequestHandler<GetProjectQuery, ErrorOr<ProjectView>>
{
    public async Task<ErrorOr<ProjectView>> Handle(GetProjectQuery query, CancellationToken cancellationToken)
    {
        var project = await projects.FindAsync(query.Id, cancellationToken);
        if (project is null || !query.Caller.Allows(project.OrganizationId)) return ProjectErrors.NotFound;

        var claim = project.CustomDomain is { } domain ? await claims.FindAsync(domain, project.Id, cancellationToken) : null;
        return ProjectView.Of(project, claim);
    }
}
