using ErrorOr;
using Libra.Deploy.Application.Common;
using Libra.Deploy.Domain.Projects;
using MediatR;
using Microsoft.Extensions.Options;

namespace Libra.Deploy.Application.Projects;

/// <summary>Keeps a custom domain for a project whose version is about to go live. Safe to repeat.</summary>
public sealed record ReserveCustomDomainCommand(string ProjectId, CustomDomain Domain) : IRequest<ErrorOr<Success>>, ITransactional;

internal sealed class ReserveCustomDomainHandler(
    IProjectRepository projects, IDomainClaimRepository claims, IUnitOfWork work, IOptions<CustomDomainOptions> options, TimeProvider clock)
    : IRequestHandler<ReserveCustomDomainCommand, ErrorOr<Success>>
{
    public async Task<ErrorOr<Success>> Handle(ReserveCustomDomainCommand command, CancellationToken cancellationToken)
    {
        var (domain, now) = (command.Domain.Value, clock.GetUtcNow());
        var free = await projects.CheckDomainIsFreeAsync(domain, command.ProjectId, cancellationToken);
        if (free.IsError) return free;
        if (await projects.FindAsync(command.ProjectId, cancellationToken) is not { } project) return ProjectErrors.NotFound;

        await claims.ReleaseGivenUpAsync(now, cancellationToken); // or the last holder's claim would stand in the way
        var until = now + options.Value.Reservation;
        // A hostname that the platform had before us is taken over by its id.
        var hostname = project.CustomDomain == domain ? project.CustomHostnameId : null;
        var claim = await claims.FindForUpdateAsync(domain, command.ProjectId, cancellationToken);
        if (claim is null) claims.Add(DomainClaim.Stake(command.Domain, project.Id, hostname, now, until));
        else claim.Reserve(until);
        await work.CommitAsync(cancellationToken);
        return Result.Success;
    }
}
