using Libra.Deploy.Application.Deployments.Pipeline;
using Libra.Deploy.Application.Projects;
using Libra.Deploy.Infrastructure.Targets.Cloudflare.Api;
using Libra.Deploy.Infrastructure.Targets.Cloudflare.Budget;
using Libra.Deploy.Infrastructure.Targets.Cloudflare.Domains;
using Libra.Deploy.Infrastructure.Targets.Cloudflare.Upload;
using Microsoft.Extensions.DependencyInjection;

namespace Libra.Deploy.Infrastructure.Targets.Cloudflare;

/// <summary>Registers the Cloudflare target and custom domains there.</summary>
public static class CloudflareRegistration
{
    /// <summary>
    /// Adds <see cref="IDeployTarget"/> and <see cref="ICustomDomains"/> over the registered data source and <see cref="TimeProvider"/>.
    /// </summary>
    public static IServiceCollection AddCloudflareTarget(this IServiceCollection services, CloudflareOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        services.AddSingleton(options);
        services.AddSingleton<ApiPaths>();
        services.AddSingleton<ICallBudget, FleetCallBudget>();
        services.AddSingleton(provider => ActivatorUtilities.CreateInstance<CloudflareApi>(provider, Connections()));
        services.AddSingleton(provider => ActivatorUtilities.CreateInstance<LiveProof>(provider, new HttpMessageInvoker(Visitor())));
        services.AddSingleton<CloudflarePreflight>();
        services.AddSingleton<AssetUpload>();
        services.AddSingleton<ScriptUpload>();
        services.AddSingleton<CloudflareTarget>();
        services.AddSingleton<IDeployTarget>(provider => provider.GetRequiredService<CloudflareTarget>());
        services.AddSingleton<ICustomDomains, CustomHostnames>();
        return services;
    }

    // No redirects: the token must not follow one. No cookies: sites set some.
    internal static HttpMessageInvoker Connections() => new(Handler());

    private static SocketsHttpHandler Visitor()
    {
        var handler = Handler();
        handler.ConnectCallback = LocalNames.ConnectAsync;
        return handler;
    }

    private static SocketsHttpHandler Handler() => new()
    {
        AllowAutoRedirect = false,
        UseCookies = false,
        AutomaticDecompression = System.Net.DecompressionMethods.All,
        PooledConnectionLifetime = TimeSpan.FromMinutes(5),
        ConnectTimeout = TimeSpan.FromSeconds(10),
    };
}
