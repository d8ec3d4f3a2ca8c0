using ErrorOr;
using Libra.Deploy.Application.Deployments.Artifacts;
using Libra.Deploy.Domain.Deployments;
using Libra.Deploy.Domain.Projects;
using Microsoft.Extensions.Options;

namespace Libra.Deploy.Application.Deployments.Pipeline.Steps;

/// <summary>
/// Makes the artifact the live version, and proves it by asking from outside. Safe to run twice: what is live already stays.
/// </summary>
internal sealed class DeployStep(
    IArtifactStore artifacts, IDeployTarget target, DeploymentDomain domain, IOptions<DeploymentOptions> options,
    TimeProvider clock) : IDeploymentStep
{
    public DeploymentStep Step => DeploymentStep.Deploy;

    public string? SkipReason(Deployment deployment) => null;

    public async Task<ErrorOr<Success>> RunAsync(StepContext context, CancellationToken cancellationToken)
    {
        var deployment = context.Deployment;
        if (context.Project is not { } project) return ProjectErrors.NotFound;

        await using var artifact = await artifacts.OpenAsync(deployment.ArtifactDigest!, cancellationToken);
        if (artifact is null) return Error.Unexpected("STORAGE_READ_FAILED", "The artifact is not in the store.");

        // Before the version is live: a target may route the domain from then on.
        var reserved = await domain.ReserveAsync(context, cancellationToken);
        if (reserved.IsError) return reserved.Errors;

        // A target cannot tell a stale worker from the rightful one, and opening may have taken long: so the last look is right before.
        var held = await context.RecordAsync(
            (current, token) => current.RenewLease(token, clock.GetUtcNow(), options.Value.LeaseDuration), cancellationToken);
        if (held.IsError) return held;

        var request = new PublishRequest(
            project.Worker, deployment.Id, deployment.ProjectId, deployment.OrganizationId,
            reserved.Value.To is { } name ? CustomDomain.FromStorage(name) : null, artifact, context.IsResumed(Step));
        var published = await target.PublishAsync(request, cancellationToken);
        if (published.IsError) return published;

        var verified = await target.VerifyAsync(request, cancellationToken);
        if (verified.IsError) return verified;

        var address = target.AddressOf(project.Worker).ToString().TrimEnd('/');
        context.Address = address; // it is live: from here on no trouble of the database makes a failure of it
        var used = await domain.UseAsync(context, reserved.Value, cancellationToken);
        if (used.IsError) return used.Errors;

        context.Log.Write(Logs.LogLevel.Info, Step, $"{target.Name}: {address} answers with artifact {artifact.Digest[..12]}");
        context.RecordWithNext((current, token) => current.RecordAddress(token, address, used.Value.To));
        return Result.Success;
    }
}
