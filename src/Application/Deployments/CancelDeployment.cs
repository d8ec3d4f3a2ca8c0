using ErrorOr;
using Libra.Deploy.Application.Common;
using Libra.Deploy.Application.Deployments.Archive;
using Libra.Deploy.Domain.Deployments;
using MediatR;

namespace Libra.Deploy.Application.Deployments;

/// <summary>
/// Stops a deployment: a waiting one never starts, a running one is stopped by its worker within seconds. Safe to repeat until it has
/// ended.
/// </summary>
public sealed record CancelDeploymentCommand(OrganizationFilter Caller, DeploymentId Id)
    : IRequest<ErrorOr<DeploymentStatus>>, ITransactional;

internal sealed class CancelDeploymentHandler(
    IDeploymentRepository deployments, IUnitOfWork work, IDeploymentQueue queue, DeploymentArchive archive, TimeProvider clock)
    : IRequestHandler<CancelDeploymentCommand, ErrorOr<DeploymentStatus>>
{
    public async Task<ErrorOr<DeploymentStatus>> Handle(CancelDeploymentCommand command, CancellationToken cancellationToken)
    {
        var found = await deployments.FindForUpdateAsync(command.Caller, command.Id, cancellationToken);
        if (found.IsError) return found.Errors;

        var deployment = found.Value;
        var cancelled = deployment.RequestCancel(clock.GetUtcNow());
        if (cancelled.IsError) return cancelled.Errors;

        await work.CommitAsync(cancellationToken);
        queue.Interrupt(command.Id);
        if (deployment.Status == DeploymentStatus.Cancelled) await archive.SealOrGoOnAsync(deployment); // no worker will
        return deployment.Status;
    }
}
