using ErrorOr;
using Libra.Deploy.Application.Common;
using Libra.Deploy.Application.Deployments.Artifacts;
using Libra.Deploy.Application.Storage;
using Libra.Deploy.Domain.Deployments;
using Libra.Deploy.Domain.Projects;
using MediatR;
using Microsoft.Extensions.Options;

namespace Libra.Deploy.Application.Deployments;

/// <summary>
/// Makes the stored artifact of an earlier completed deployment live again, as a new deployment without sandbox or build.
/// </summary>
public sealed record RollbackDeploymentCommand(OrganizationFilter Caller, DeploymentId Id, string UserId, string? RequestId)
    : IRequest<ErrorOr<AcceptedDeployment>>, ITransactional;

internal sealed class RollbackDeploymentHandler(
    IDeploymentRepository deployments,
    IDeployableProjects projects,
    IArtifactStore artifacts,
    DeploymentAcceptance acceptance,
    IOptions<DeploymentOptions> options,
    TimeProvider clock) : IRequestHandler<RollbackDeploymentCommand, ErrorOr<AcceptedDeployment>>
{
    // Everything else that concerns the project waits as well.
    private static readonly TimeSpan Moment = TimeSpan.FromSeconds(5);

    public async Task<ErrorOr<AcceptedDeployment>> Handle(RollbackDeploymentCommand command, CancellationToken cancellationToken)
    {
        var found = await deployments.FindAsync(command.Caller, command.Id, cancellationToken);
        if (found.IsError) return found.Errors;

        var earlier = found.Value;
        if (earlier is not { Status: DeploymentStatus.Completed, ArtifactDigest: { } digest })
            return DeploymentErrors.NotRollbackable(earlier.Id, "only a completed deployment has a version to go back to.");

        // Before the project is held: a store that is away is told of while nobody waits for the project.
        if (!await IsStoredAsync(digest, cancellationToken)) return Gone(earlier);

        // From here on no cleanup of the project removes anything.
        var project = await projects.HoldAsync(earlier.ProjectId, cancellationToken);
        if (project is null || project.OrganizationId != earlier.OrganizationId) return ProjectErrors.NotFound; // moved since
        if (!await IsStoredAsync(digest, cancellationToken)) return Gone(earlier);

        // One that failed or was cancelled as it went live may be what visitors see: then this is the way back.
        var last = await deployments.FindLastPublishedAsync(earlier.ProjectId, cancellationToken);
        if (last is { Status: DeploymentStatus.Completed } && last.ArtifactDigest == digest)
            return DeploymentErrors.NotRollbackable(earlier.Id, "its version is the live one already.");

        var origin = new DeploymentOrigin(
            earlier.ProjectId, earlier.OrganizationId, command.UserId, SourceKind.Artifact, DomainMove.Staying(project.CustomDomain),
            command.RequestId, earlier.Id);
        var rollback = new NewDeployment(project, origin, options.Value.Renew(earlier.Settings))
        {
            Artifact = new ArtifactReference(digest, earlier.ArtifactSize ?? 0),
        };
        return await acceptance.AcceptAsync(rollback, cancellationToken);
    }

    private Task<bool> IsStoredAsync(string digest, CancellationToken cancellationToken) => StorePatience.WithinAsync(
        Moment, "say whether an artifact is there", token => artifacts.ExistsAsync(digest, token), clock, cancellationToken);

    private static Error Gone(Deployment earlier) =>
        DeploymentErrors.NotRollbackable(earlier.Id, "its artifact is no longer stored.");
}
