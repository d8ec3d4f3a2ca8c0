using ErrorOr;
using Libra.Deploy.Application.Deployments.Archive;
using Libra.Deploy.Application.Deployments.Pipeline;
using Libra.Deploy.Domain.Deployments;
using MediatR;

namespace Libra.Deploy.Application.Deployments;

/// <summary>Ends a deployment that is past its whole time and that no worker holds. Safe to repeat.</summary>
public sealed record AbandonOverdueDeploymentCommand(DeploymentId Id) : IRequest<ErrorOr<Success>>;

internal sealed class AbandonOverdueDeploymentHandler(
    DeploymentJournal journal, DeploymentArchive archive, TimeProvider clock)
    : IRequestHandler<AbandonOverdueDeploymentCommand, ErrorOr<Success>>
{
    public async Task<ErrorOr<Success>> Handle(AbandonOverdueDeploymentCommand command, CancellationToken cancellationToken)
    {
        var abandoned = await journal.ChangeAsync(
            command.Id,
            deployment => deployment.Abandon(
                FailureCauses.TimedOut(deployment), DeadLetterReasons.ProcessingTimeout, clock.GetUtcNow()),
            cancellationToken);
        if (abandoned.IsError) return abandoned.Errors;

        archive.SealSoon(abandoned.Value); // others are overdue too, and the object store may be slow
        return Result.Success;
    }
}
