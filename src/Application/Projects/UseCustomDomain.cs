using ErrorOr;
using Libra.Deploy.Domain.Projects;
using MediatR;

namespace Libra.Deploy.Application.Projects;

/// <summary>
/// Makes a reserved domain the project's own, now that its version is live; the one that it had before is given up. Safe to repeat.
/// </summary>
/// <remarks>Saved by whoever sends it, in one transaction with the deployment that moves the project: a stale worker moves none.</remarks>
/// <param name="Before">What the project had when the domain was reserved for it; null for none.</param>
/// <returns>False when the project was given another one since then, or none: it keeps that, and lets go of this one.</returns>
public sealed record UseCustomDomainCommand(string ProjectId, CustomDomain Domain, string? Before = null)
    : IRequest<ErrorOr<bool>>;

internal sealed class UseCustomDomainHandler(
    IProjectRepository projects, IDomainClaimRepository claims, TimeProvider clock)
    : IRequestHandler<UseCustomDomainCommand, ErrorOr<bool>>
{
    public async Task<ErrorOr<bool>> Handle(UseCustomDomainCommand command, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        var project = await projects.FindForUpdateAsync(command.ProjectId, cancellationToken);
        if (project is null) return ProjectErrors.NotFound;

        var claim = await claims.FindForUpdateAsync(command.Domain.Value, project.Id, cancellationToken);
        if (project.CustomDomain != command.Domain.Value && project.CustomDomain != command.Before)
        {
            await LetGoAsync(command, claim, now, cancellationToken);
            return false;
        }

        if (claim is null) return ProjectErrors.CustomDomainTaken(command.Domain.Value);

        project.AssignCustomDomain(command.Domain, now);
        claim.TakeIntoUse(now, now + RefreshCustomDomainsHandler.OwnTurn);
        return true;
    }

    // The version went live with it, so the target has to be told; also when the round that gave it up was quicker.
    private async Task LetGoAsync(
        UseCustomDomainCommand command, DomainClaim? claim, DateTimeOffset now, CancellationToken cancellationToken)
    {
        if (claim is not null) claim.Release(now);
        else if (await projects.FindIdByCustomDomainAsync(command.Domain.Value, cancellationToken) is null)
            claims.Add(DomainClaim.LeaveBehind(command.Domain, command.ProjectId, hostnameId: null, now));
    }
}
