using Libra.Deploy.Application.Deployments.Logs;
using Libra.Deploy.Application.Storage;
using Libra.Deploy.Infrastructure.Logs.Redaction;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Libra.Deploy.Infrastructure.Logs;

/// <summary>Registers the deployment logs.</summary>
public static class LogsRegistration
{
    /// <param name="secrets">The service's own secrets; they never reach a log.</param>
    public static IServiceCollection AddDeploymentLogs(
        this IServiceCollection services, DeploymentLogOptions options, IEnumerable<string> secrets) =>
        services.AddSingleton<IDeploymentLog>(provider => new DeploymentLog(
            provider.GetRequiredService<IObjectStore>(),
            new Redactor(secrets),
            options,
            provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<ILogger<DeploymentLog>>()));
}
