using ErrorOr;
using Libra.Deploy.Domain.Deployments;
using MediatR;

namespace Libra.Deploy.Application.Deployments.Pipeline;

/// <summary>A worker's turn on a deployment. Safe to repeat: whoever comes second claims nothing.</summary>
/// <param name="Node">Name of the node, which owns the lease.</param>
/// <param name="Drained">The node's drain time is over; the request's own token says that it began.</param>
public sealed record RunDeploymentCommand(DeploymentId Id, string Node, CancellationToken Drained) : IRequest<ErrorOr<AttemptResult>>;

internal sealed class RunDeploymentHandler(DeploymentPipeline pipeline) : IRequestHandler<RunDeploymentCommand, ErrorOr<AttemptResult>>
{
    public async Task<ErrorOr<AttemptResult>> Handle(RunDeploymentCommand command, CancellationToken cancellationToken) =>
        await pipeline.RunAsync(command.Id, command.Node, stopping: cancellationToken, command.Drained);
}
