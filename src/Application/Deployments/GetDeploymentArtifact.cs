using ErrorOr;
using Libra.Deploy.Application.Common;
using Libra.Deploy.Application.Deployments.Artifacts;
using Libra.Deploy.Domain.Deployments;
using MediatR;

namespace Libra.Deploy.Application.Deployments;

/// <summary>Fetches the packed artifact of a deployment.</summary>
public sealed record GetDeploymentArtifactQuery(OrganizationFilter Caller, DeploymentId Id) : IRequest<ErrorOr<PackedArtifact>>;

/// <summary>
/// A packed artifact: either an address from which it can be had without credentials for a while, or its content, for the reader to
/// dispose.
/// </summary>
public sealed record PackedArtifact(string Digest, Uri? Address, Stream? Content);

internal sealed class GetDeploymentArtifactHandler(IDeploymentQueries deployments, IArtifactStore artifacts)
    : IRequestHandler<GetDeploymentArtifactQuery, ErrorOr<PackedArtifact>>
{
    private static readonly TimeSpan AddressLifetime = TimeSpan.FromMinutes(5);

    public async Task<ErrorOr<PackedArtifact>> Handle(GetDeploymentArtifactQuery query, CancellationToken cancellationToken)
    {
        var found = await deployments.FindAsync(query.Caller, query.Id, cancellationToken);
        if (found.IsError) return found.Errors;
        if (found.Value.ArtifactDigest is not { } digest) return DeploymentErrors.NoArtifact(query.Id);
        if (artifacts.Presign(digest, AddressLifetime) is { } address && await artifacts.ExistsAsync(digest, cancellationToken))
            return new PackedArtifact(digest, address, Content: null);

        var content = await artifacts.OpenPackedAsync(digest, cancellationToken);
        return content is null ? DeploymentErrors.NoArtifact(query.Id) : new PackedArtifact(digest, Address: null, content);
    }
}
