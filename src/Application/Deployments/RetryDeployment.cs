using ErrorOr;
using Libra.Deploy.Application.Common;
using Libra.Deploy.Domain.Deployments;
using Libra.Deploy.Domain.Projects;
using MediatR;

namespace Libra.Deploy.Application.Deployments;

/// <summary>Starts a new deployment of the source of one that failed or was cancelled.</summary>
public sealed record RetryDeploymentCommand(OrganizationFilter Caller, DeploymentId Id, string UserId, string? RequestId)
    : IRequest<ErrorOr<AcceptedDeployment>>, ITransactional;

internal sealed class RetryDeploymentHandler(
    IDeploymentRepository deployments,
    IDeploymentSources sources,
    IProjectRepository projects,
    DeploymentAcceptance acceptance) : IRequestHandler<RetryDeploymentCommand, ErrorOr<AcceptedDeployment>>
{
    public async Task<ErrorOr<AcceptedDeployment>> Handle(RetryDeploymentCommand command, CancellationToken cancellationToken)
    {
        var original = await deployments.FindAsync(command.Id, cancellationToken);
        if (original is null || !command.Caller.Allows(original.OrganizationId)) return DeploymentErrors.NotFound(command.Id.Value);
        if (original.Status is not (DeploymentStatus.Failed or DeploymentStatus.Cancelled)) return DeploymentErrors.NotRetryable(original.Id, original.Status);

        var project = await projects.FindForUpdateAsync(original.ProjectId, cancellationToken);
        if (project is null) return ProjectErrors.NotFound;

        var origin = new DeploymentOrigin(
            original.ProjectId, original.OrganizationId, command.UserId, original.Source, original.CustomDomain, command.RequestId, original.Id);
        var source = await sources.FindAsync(original.Id, cancellationToken);
        return await acceptance.AcceptAsync(
            project, origin, original.Settings, source, cancellationToken,
            prepare: retry => original.Source == SourceKind.Artifact ? retry.UseArtifact(original.ArtifactDigest!, original.ArtifactSize ?? 0) : Result.Success);
    }
}
