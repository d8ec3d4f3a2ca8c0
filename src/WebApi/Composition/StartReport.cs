using Libra.Deploy.Application.Deployments.Pipeline;
using Libra.Deploy.Application.Health;

namespace Libra.Deploy.WebApi.Composition;

/// <summary>Says at the start what will keep deployments from going live, and not only at the first one.</summary>
/// <remarks>No reason to stop: the API can accept meanwhile, and what is missing can be set right elsewhere while the service
/// runs.</remarks>
internal static class StartReport
{
    public static async Task WriteAsync(IServiceProvider services, CancellationToken cancellationToken)
    {
        var logger = services.GetRequiredService<ILoggerFactory>().CreateLogger(typeof(StartReport));
        if (!services.GetRequiredService<IHostEnvironment>().IsDevelopment()) ReportLocalParts(services.GetServices<LocalPart>(), logger);
        await ReportTargetAsync(services.GetRequiredService<IDeployTarget>(), logger, cancellationToken);
        await ReportStorageAsync(
            services.GetServices<IDependencyProbe>().Single(probe => probe.Name == Dependencies.ObjectStorage), logger, cancellationToken);
    }

    private static void ReportLocalParts(IEnumerable<LocalPart> parts, ILogger logger)
    {
        foreach (var part in parts) logger.LogWarning("{What} Set {Instead} if that is not meant", part.What, part.Instead);
    }

    private static async Task ReportTargetAsync(IDeployTarget target, ILogger logger, CancellationToken cancellationToken)
    {
        var ready = await target.CheckAsync(cancellationToken);
        if (ready.IsError) logger.LogError("The target {Target} takes no deployments: {Reason}", target.Name, ready.FirstError.Description);
    }

    private static async Task ReportStorageAsync(IDependencyProbe storage, ILogger logger, CancellationToken cancellationToken)
    {
        try
        {
            await storage.ProbeAsync(cancellationToken);
        }
        catch (IOException failure)
        {
            logger.LogError("Logs and artifacts cannot be stored: {Reason}", failure.Message);
        }
    }
}
