using System.Security.Cryptography;
using System.Text;
using Libra.Deploy.Application;
using Libra.Deploy.Application.Deployments;
using Libra.Deploy.Application.Deployments.Cleanup;
using Libra.Deploy.Application.Deployments.Pipeline;
using Libra.Deploy.Application.Idempotency;
using Libra.Deploy.Application.Projects;
using Libra.Deploy.Application.Projects.Source;
using Libra.Deploy.Application.Queue;
using Libra.Deploy.Application.Quotas;
using Libra.Deploy.Application.RateLimits;
using Libra.Deploy.Application.Webhooks;
using Libra.Deploy.Infrastructure.Cleanup;
using Libra.Deploy.Infrastructure.Embedded;
using Libra.Deploy.Infrastructure.Idempotency;
using Libra.Deploy.Infrastructure.Health;
using Libra.Deploy.Infrastructure.Keys;
using Libra.Deploy.Infrastructure.Persistence;
using Libra.Deploy.Infrastructure.Projects;
using Libra.Deploy.Infrastructure.Queue;
using Libra.Deploy.Infrastructure.Quotas;
using Libra.Deploy.Infrastructure.RateLimits;
using Libra.Deploy.Infrastructure.Runtime;
using Libra.Deploy.Infrastructure.Webhooks;
using Libra.Deploy.WebApi.Configuration;

namespace Libra.Deploy.WebApi.Composition;

/// <summary>Chooses and registers every part by the settings: the only place that knows all layers.</summary>
internal static class LibraServices
{
    public static void AddLibra(this WebApplicationBuilder builder, HostSettings settings, string connectionString)
    {
        var services = builder.Services;
        var configuration = builder.Configuration;
        services.AddSingleton(settings);
        services.AddSingleton(TimeProvider.System);
        Bind<DeploymentOptions>(services, configuration, "Deployments");
        Bind<QueueOptions>(services, configuration, "Queue");
        Bind<DeadLetterOptions>(services, configuration, "DeadLetters");
        services.AddSingleton(configuration.GetSection("Source").Get<SourceLimits>() ?? new SourceLimits());

        var runtime = RuntimeLayout.Find(configuration[RuntimeLayout.DirectorySetting]);
        services.AddSingleton(runtime);
        services.AddProjectTemplates(runtime.Templates);
        services.AddSingleton(ToolchainOf(runtime));

        services.AddApplication();
        services.AddPersistence(connectionString);
        services.AddQuotas();
        Bind<QuotaOptions>(services, configuration, "Quotas");
        services.AddRateLimits();
        Bind<RateLimitOptions>(services, configuration, "RateLimit");
        services.AddIdempotency();
        Bind<IdempotencyOptions>(services, configuration, "Idempotency");
        services.AddQueue(settings.IsWorker);
        services.AddSharedKeys();
        services.AddHealthProbes(settings.IsWorker);
        services.AddCustomDomains(settings.IsWorker);
        Bind<CustomDomainOptions>(services, configuration, "CustomDomains");
        services.AddCleanup(settings.IsWorker);
        Bind<CleanupOptions>(services, configuration, "Cleanup");
        services.AddWebhooks(settings.IsWorker);
        Bind<WebhookOptions>(services, configuration, "Webhooks");
        services.AddSingleton<DemoData>();
        services.AddSingleton<DemoSetup>();
        services.AddStorage(configuration, settings, connectionString);
        services.AddSandboxes(configuration, settings);
        services.AddTarget(configuration, settings, runtime);
        builder.AddWebApi(settings);
    }

    private static void Bind<TOptions>(IServiceCollection services, ConfigurationManager configuration, string section)
        where TOptions : class =>
        services.AddOptions<TOptions>().Bind(configuration.GetSection(section)).ValidateDataAnnotations().ValidateOnStart();

    // A change of any pinned version or sandbox script makes every source count as changed.
    private static BuildToolchain ToolchainOf(RuntimeLayout runtime)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(File.ReadAllBytes(Path.Combine(runtime.Root, "package-lock.json")));
        foreach (var script in Directory.EnumerateFiles(runtime.SandboxScripts).Order(StringComparer.Ordinal))
            hash.AppendData(File.ReadAllBytes(script));
        return new BuildToolchain(Convert.ToHexStringLower(hash.GetHashAndReset())[..16]);
    }
}
