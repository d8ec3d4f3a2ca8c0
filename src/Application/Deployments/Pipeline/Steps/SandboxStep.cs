using ErrorOr;
using Libra.Deploy.Application.Telemetry;
using Libra.Deploy.Domain.Deployments;
using Microsoft.Extensions.Options;

namespace Libra.Deploy.Application.Deployments.Pipeline.Steps;

/// <summary>Makes the isolated place in which the project is built. Done again after a crash: a sandbox dies with its worker.</summary>
internal sealed class SandboxStep(ISandboxProvider provider, SourceCheck source, IOptions<DeploymentOptions> options) : IDeploymentStep
{
    public DeploymentStep Step => DeploymentStep.Sandbox;

    public string? SkipReason(Deployment deployment) => StoredArtifact.ReasonToReuse(deployment);

    public bool IsInstant(StepContext context) => context.Source is { } source && !StaticFiles.NeedsSandbox(source);

    public async Task<ErrorOr<Success>> RunAsync(StepContext context, CancellationToken cancellationToken)
    {
        var read = await source.RunAgainAsync(context, Step, cancellationToken);
        if (read.IsError) return read;

        if (SkipReason(context.Deployment) is { } reason) // found out just now: the steps after this one are passed over
        {
            context.Log.Write(Logs.LogLevel.Info, Step, reason);
            return Result.Success;
        }

        if (!StaticFiles.NeedsSandbox(context.Source!))
        {
            context.Log.Write(Logs.LogLevel.Info, Step, "Plain static files: nothing to build, so no sandbox is started");
            return Result.Success;
        }

        var deployment = context.Deployment;
        var limits = new SandboxLimits
        {
            Lifetime = deployment.Settings.Timeout,
            MemoryBytes = options.Value.SandboxMemoryBytes,
            DiskBytes = options.Value.SandboxDiskBytes,
            InstallDiskBytes = options.Value.InstallDiskBytes,
            FreeDiskBytes = options.Value.FreeDiskBytes,
        };
        var spec = new SandboxSpec(deployment.Id, deployment.OrganizationId, deployment.ProjectId, limits);
        context.Sandbox = await provider.CreateAsync(spec, cancellationToken);
        DeploymentMetrics.SandboxOpened();
        context.Log.Write(Logs.LogLevel.Info, Step, $"Sandbox {context.Sandbox.Id} ({provider.Name}) is ready");
        return Result.Success;
    }
}
