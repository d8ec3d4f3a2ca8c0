using Libra.Deploy.Application.Deployments.Pipeline;
using Libra.Deploy.Infrastructure.Sandboxes.Remote.Daytona;
using Libra.Deploy.Infrastructure.Sandboxes.Remote.E2B;
using Microsoft.Extensions.DependencyInjection;

namespace Libra.Deploy.Infrastructure.Sandboxes.Remote;

/// <summary>Registers the services that rent sandboxes, over the registered runtime and <see cref="TimeProvider"/>.</summary>
public static class RemoteSandboxRegistration
{
    /// <summary>Adds E2B as the <see cref="ISandboxProvider"/>.</summary>
    public static IServiceCollection AddE2BSandboxes(this IServiceCollection services, E2BOptions options) =>
        Add(services, provider => ActivatorUtilities.CreateInstance<E2BMachines>(provider, options, Connections()));

    /// <summary>Adds Daytona as the <see cref="ISandboxProvider"/>.</summary>
    public static IServiceCollection AddDaytonaSandboxes(this IServiceCollection services, DaytonaOptions options) =>
        Add(services, provider => ActivatorUtilities.CreateInstance<DaytonaMachines>(provider, options, Connections()));

    private static IServiceCollection Add(IServiceCollection services, Func<IServiceProvider, IRemoteMachines> machines)
    {
        services.AddSingleton(machines);
        services.AddSingleton<ISandboxProvider, RemoteSandboxProvider>();
        return services;
    }

    // No redirects: the key must not follow one.
    private static HttpMessageInvoker Connections() => new(new SocketsHttpHandler
    {
        AllowAutoRedirect = false,
        UseCookies = false,
        PooledConnectionLifetime = TimeSpan.FromMinutes(5),
        ConnectTimeout = TimeSpan.FromSeconds(10),
        MaxConnectionsPerServer = 256, // each running command holds one
    });
}
