using Libra.Deploy.Application.Deployments;
using Libra.Deploy.Application.Deployments.Pipeline;
using Libra.Deploy.Infrastructure.Artifacts;
using Libra.Deploy.Infrastructure.Credentials;
using Libra.Deploy.Infrastructure.Health;
using Libra.Deploy.Infrastructure.Logs;
using Libra.Deploy.Infrastructure.Queue;
using Libra.Deploy.Infrastructure.Runtime;
using Libra.Deploy.Infrastructure.Sandboxes;
using Libra.Deploy.Infrastructure.Sandboxes.Bubblewrap;
using Libra.Deploy.Infrastructure.Sandboxes.Dependencies;
using Libra.Deploy.Infrastructure.Storage;
using Libra.Deploy.Infrastructure.Targets.Cloudflare;
using Libra.Deploy.Infrastructure.Targets.Local;
using Libra.Deploy.WebApi.Configuration;
using Microsoft.Extensions.Options;

namespace Libra.Deploy.WebApi.Composition;

/// <summary>Chooses between the adapters of one port by what is configured.</summary>
internal static class Adapters
{
    /// <summary>R2 when its endpoint or a key is set, else a folder; logs and artifacts on top.</summary>
    public static void AddStorage(
        this IServiceCollection services, ConfigurationManager configuration, HostSettings settings, string connectionString)
    {
        // A key without an endpoint is refused with a sentence: nobody who set half of it wants everything on this machine's disk.
        var named = new[] { configuration["R2:Endpoint"], configuration["R2:AccessKeyId"], configuration["R2:SecretAccessKey"] };
        if (named.Any(value => !string.IsNullOrEmpty(value))) services.AddS3ObjectStore(R2(configuration));
        else services.AddFolder(Path.Combine(settings.DataPath, "objects"));
        var logs = new DeploymentLogOptions().ReadFrom(configuration, "Logs").OrRefuse(options => options.Problems());
        services.AddDeploymentLogs(logs, ServiceSecrets.Of(configuration, settings, connectionString));
        var artifacts = new ArtifactStoreOptions { CacheFolder = Path.Combine(settings.DataPath, "artifacts") };
        services.AddArtifactStore(artifacts.ReadFrom(configuration, "Artifacts").OrRefuse(options => options.Problems()));
    }

    /// <summary>Cloudflare when account, token or zone is set, else the Workers runtime of this machine.</summary>
    public static void AddTarget(
        this IServiceCollection services, ConfigurationManager configuration, HostSettings settings, RuntimeLayout runtime)
    {
        var (account, token) = (configuration["Cloudflare:AccountId"], configuration["Cloudflare:ApiToken"]);
        if (new[] { account, token, configuration["Cloudflare:ZoneId"] }.Any(value => !string.IsNullOrEmpty(value)))
        {
            // One without the others is refused with a sentence: nobody who set half of it wants the local target.
            var cloudflare = Cloudflare(configuration, account ?? string.Empty, token ?? string.Empty);
            services.AddCloudflareTarget(cloudflare);
            // The sites' own addresses are below it: nobody may claim one of them as a custom domain.
            services.PostConfigure<DeploymentOptions>(options => options.OwnZones.Add(cloudflare.DispatcherUrl.Host));
            if (settings.IsWorker && cloudflare.ZoneId is not null) services.AddCustomDomainsProbe();
            return;
        }

        services.AddSingleton(new LocalPart(
            "Projects go live on the Workers runtime of this machine alone.", "CLOUDFLARE_ACCOUNT_ID and CLOUDFLARE_API_TOKEN"));
        var sites = new LocalTargetOptions
        {
            Root = Path.Combine(settings.DataPath, "sites"),
            WorkerdPath = runtime.Workerd,
            GuardPath = runtime.WorkerdGuard,
            EdgeAddress = settings.EdgeListenAddress,
            EdgePort = settings.EdgePort,
        };
        services.AddLocalTarget(sites.ReadFrom(configuration, "LocalTarget").OrRefuse(options => options.Problems()));
    }

    /// <summary>bubblewrap, unless rented machines or builds without isolation were asked for by name.</summary>
    public static void AddSandboxes(this IServiceCollection services, ConfigurationManager configuration, HostSettings settings)
    {
        if (RemoteSandboxes.TryAdd(services, configuration, settings.SandboxProvider)) return;

        services.AddSingleton(
            provider => new BubblewrapBinary(settings.DataPath, provider.GetRequiredService<ILogger<BubblewrapBinary>>()));
        var sandboxes = new BubblewrapOptions { DataDirectory = Path.Combine(settings.DataPath, "sandboxes") }
            .ReadFrom(configuration, "Bubblewrap").OrRefuse(options => options.Problems());
        services.AddSingleton(provider => sandboxes with
        {
            Slots = sandboxes.SlotsFor(provider.GetRequiredService<IOptions<QueueOptions>>().Value.MaxConcurrentDeployments),
        });
        services.AddUnusedDependencies();
        if (settings.SandboxProvider == "process") services.AddSingleton<ISandboxProvider, ProcessSandboxProvider>();
        else services.AddSingleton<ISandboxProvider, BubblewrapSandboxProvider>();
    }

    private static void AddFolder(this IServiceCollection services, string root)
    {
        services.AddSingleton(new LocalPart(
            $"Logs and artifacts are kept in the folder {root}, which no other machine sees.",
            "R2_ENDPOINT, R2_ACCESS_KEY_ID and R2_SECRET_ACCESS_KEY"));
        services.AddFolderObjectStore(new FolderObjectStoreOptions { Root = root });
    }

    private static S3ObjectStoreOptions R2(ConfigurationManager configuration) =>
        (configuration.GetSection("R2").Get<S3ObjectStoreOptions>() ?? new S3ObjectStoreOptions()).OrRefuse(options => options.Problems());

    private static CloudflareOptions Cloudflare(ConfigurationManager configuration, string account, string token)
    {
        var section = configuration.GetSection("Cloudflare");
        var defaults = new CloudflareOptions { AccountId = account, ApiToken = new ServiceKey(token) };
        return (defaults with
        {
            ZoneId = section["ZoneId"] is { Length: > 0 } zone ? zone : null,
            DispatchNamespace = section["DispatchNamespace"] ?? defaults.DispatchNamespace,
            DispatcherUrl = section.GetValue<Uri>("DispatcherUrl") ?? defaults.DispatcherUrl,
            ApiBaseUrl = section.GetValue<Uri>("ApiBaseUrl") ?? defaults.ApiBaseUrl,
            CallsPerFiveMinutes = section.GetValue("CallsPerFiveMinutes", defaults.CallsPerFiveMinutes),
            CheckValidity = section.GetValue("CheckValidity", defaults.CheckValidity),
            VerifyPatience = section.GetValue("VerifyPatience", defaults.VerifyPatience),
            HostnameMetadata = section.GetValue("HostnameMetadata", defaults.HostnameMetadata),
        }).OrRefuse(options => options.Problems());
    }
}
