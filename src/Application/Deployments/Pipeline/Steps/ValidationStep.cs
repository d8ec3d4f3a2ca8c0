using ErrorOr;
using Libra.Deploy.Application.Deployments.Artifacts;
using Libra.Deploy.Application.Quotas;
using Libra.Deploy.Domain.Deployments;
using Libra.Deploy.Domain.Projects;

namespace Libra.Deploy.Application.Deployments.Pipeline.Steps;

/// <summary>
/// Refuses what cannot succeed before anything is spent on it, and finds out whether the source was built before.
/// </summary>
internal sealed class ValidationStep(
    DeploymentDomain domain,
    IQuotaCharges quotas,
    IDeployTarget target,
    SourceCheck source,
    IArtifactStore artifacts) : IDeploymentStep
{
    public DeploymentStep Step => DeploymentStep.Validation;

    public string? SkipReason(Deployment deployment) => null;

    public async Task<ErrorOr<Success>> RunAsync(StepContext context, CancellationToken cancellationToken)
    {
        var allowed = await CheckAllowedAsync(context, cancellationToken);
        if (allowed.IsError) return allowed;

        var ready = await target.CheckAsync(cancellationToken);
        if (ready.IsError) return ready;

        return context.Deployment.Source == SourceKind.Artifact
            ? await CheckArtifactAsync(context, cancellationToken)
            : await source.RunAsync(context, cancellationToken);
    }

    private async Task<ErrorOr<Success>> CheckAllowedAsync(StepContext context, CancellationToken cancellationToken)
    {
        var deployment = context.Deployment;
        if (context.Project is not { } project || project.OrganizationId != deployment.OrganizationId) return ProjectErrors.NotFound;
        if (project.CheckDeployable() is { IsError: true } inactive) return inactive.Errors;
        if (!await quotas.IsChargedAsync(deployment.Id, cancellationToken))
            return Error.Failure("DEPLOYMENT_STEP_FAILED", "The deployment has no quota charge.");

        return await domain.CheckAsync(context, cancellationToken);
    }

    private async Task<ErrorOr<Success>> CheckArtifactAsync(StepContext context, CancellationToken cancellationToken) =>
        context.Deployment.ArtifactDigest is { } digest && await artifacts.ExistsAsync(digest, cancellationToken)
            ? Result.Success
            : Error.Validation("DEPLOYMENT_VALIDATION_FAILED", "The artifact to go back to is no longer stored.");
}
