using ErrorOr;
using Libra.Deploy.Domain.Deployments;

namespace Libra.Deploy.Application.Deployments.Pipeline.Steps;

/// <summary>Leaves nothing behind but the artifact, the log and the journal.</summary>
internal sealed class CleanupStep : IDeploymentStep
{
    public DeploymentStep Step => DeploymentStep.Cleanup;

    public string? SkipReason(Deployment deployment) => null;

    public bool IsInstant(StepContext context) => context.Sandbox is null;

    public async Task<ErrorOr<Success>> RunAsync(StepContext context, CancellationToken cancellationToken)
    {
        await context.TearDownSandboxAsync();
        return Result.Success;
    }
}
