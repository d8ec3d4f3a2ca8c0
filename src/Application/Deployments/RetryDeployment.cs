using ErrorOr;
using Libra.Deploy.Application.Common;
using Libra.Deploy.Domain.Deployments;
using MediatR;

namespace Libra.Deploy.Application.Deployments;

/// <summary>Starts a new deployment of the source of one that failed or was cancelled.</summary>
public sealed record RetryDeploymentCommand(OrganizationFilter Caller, DeploymentId Id, string UserId, string? RequestId)
    : IRequest<ErrorOr<AcceptedDeployment>>, ITransactional;

internal sealed class RetryDeploymentHandler(IDeploymentRepository deployments, DeploymentRepetition repetition)
    : IRequestHandler<RetryDeploymentCommand, ErrorOr<AcceptedDeployment>>
{
    public async Task<ErrorOr<AcceptedDeployment>> Handle(RetryDeploymentCommand command, CancellationToken cancellationToken)
    {
        var found = await deployments.FindAsync(command.Caller, command.Id, cancellationToken);
        if (found.IsError) return found.Errors;

        var original = found.Value;
        if (original.Status is not (DeploymentStatus.Failed or DeploymentStatus.Cancelled))
            return DeploymentErrors.NotRetryable(original.Id, original.Status);

        return await repetition.StartAsync(original, command.UserId, command.RequestId, cancellationToken);
    }
}
