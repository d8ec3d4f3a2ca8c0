using ErrorOr;
using Libra.Deploy.Application.Deployments.Artifacts;
using Libra.Deploy.Domain.Deployments;
using Libra.Deploy.Domain.Projects;

namespace Libra.Deploy.Application.Deployments.Pipeline;

/// <summary>
/// A place where artifacts go live. Failures that may pass by themselves are <see cref="ErrorType.Unexpected"/> (and may carry
/// <c>retryAfter</c>, a TimeSpan, in their metadata); all others are final. Codes are <c>TARGET_REJECTED</c>, <c>TARGET_UNAVAILABLE</c>,
/// <c>VERIFICATION_FAILED</c>.
/// </summary>
public interface IDeployTarget
{
    /// <summary>The name by which it is configured: <c>local</c> or <c>cloudflare</c>.</summary>
    string Name { get; }

    /// <summary>Where a worker of this name answers.</summary>
    Uri AddressOf(WorkerName worker);

    /// <summary>Says whether the target can take a deployment now; cheap enough for every deployment.</summary>
    Task<ErrorOr<Success>> CheckAsync(CancellationToken cancellationToken);

    /// <summary>Makes the artifact the live version. Safe to repeat: publishing what is live already changes nothing.</summary>
    Task<ErrorOr<Success>> PublishAsync(PublishRequest request, CancellationToken cancellationToken);

    /// <summary>Asks from outside, as a visitor would, and compares the answer with the artifact.</summary>
    Task<ErrorOr<Success>> VerifyAsync(PublishRequest request, CancellationToken cancellationToken);
}

/// <summary>What to put live, where, and for whom.</summary>
/// <param name="Artifact">Opened by the caller, who also disposes it.</param>
/// <param name="Resumed">True when a worker that stopped had begun to publish it in this attempt, and may have finished.</param>
public sealed record PublishRequest(
    WorkerName Worker,
    DeploymentId DeploymentId,
    string ProjectId,
    string OrganizationId,
    CustomDomain? CustomDomain,
    IArtifact Artifact,
    bool Resumed = false);
