using ErrorOr;
using Libra.Deploy.Application.Common;
using Libra.Deploy.Domain.Projects;
using MediatR;

namespace Libra.Deploy.Application.Projects;

/// <summary>
/// Makes a reserved domain the project's own, now that its version is live; the one that it had before is given up. Safe to repeat.
/// </summary>
public sealed record UseCustomDomainCommand(string ProjectId, CustomDomain Domain) : IRequest<ErrorOr<Success>>, ITransactional;

internal sealed class UseCustomDomainHandler(
    IProjectRepository projects, IDomainClaimRepository claims, IUnitOfWork work, TimeProvider clock)
    : IRequestHandler<UseCustomDomainCommand, ErrorOr<Success>>
{
    public async Task<ErrorOr<Success>> Handle(UseCustomDomainCommand command, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        var project = await projects.FindForUpdateAsync(command.ProjectId, cancellationToken);
        if (project is null) return ProjectErrors.NotFound;
        if (await claims.FindForUpdateAsync(command.Domain.Value, project.Id, cancellationToken) is not { } claim)
            return ProjectErrors.CustomDomainTaken(command.Domain.Value);

        project.AssignCustomDomain(command.Domain, now);
        claim.TakeIntoUse(now, now + RefreshCustomDomainsHandler.OwnTurn);
        await work.CommitAsync(cancellationToken);
        return Result.Success;
    }
}
