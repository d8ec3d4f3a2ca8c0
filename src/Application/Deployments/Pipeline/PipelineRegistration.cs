using Libra.Deploy.Application.Deployments.Pipeline.Steps;
using Microsoft.Extensions.DependencyInjection;

namespace Libra.Deploy.Application.Deployments.Pipeline;

/// <summary>What runs an attempt, and its six steps.</summary>
internal static class PipelineRegistration
{
    public static void AddPipeline(this IServiceCollection services)
    {
        services.AddSingleton<RunningDeployments>();
        services.AddSingleton<DeploymentJournal>();
        services.AddScoped<DeploymentPipeline>();
        services.AddSingleton<AttemptEnd>();
        services.AddScoped<ProjectSource>();
        services.AddScoped<SourceCheck>();
        services.AddScoped<DeploymentDomain>();
        services.AddScoped<IDeploymentStep, ValidationStep>();
        services.AddScoped<IDeploymentStep, SandboxStep>();
        services.AddScoped<IDeploymentStep, SyncStep>();
        services.AddScoped<IDeploymentStep, BuildStep>();
        services.AddScoped<IDeploymentStep, DeployStep>();
        services.AddScoped<IDeploymentStep, CleanupStep>();
    }
}
