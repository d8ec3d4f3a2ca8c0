using Libra.Deploy.Application.Deployments.Cleanup;
using Libra.Deploy.Infrastructure.Sandboxes.Bubblewrap;
using Microsoft.Extensions.DependencyInjection;

namespace Libra.Deploy.Infrastructure.Sandboxes.Dependencies;

/// <summary>Registers what becomes of stored dependencies.</summary>
public static class DependencyRegistration
{
    /// <summary>Over the registered <see cref="BubblewrapOptions"/>, whose folder the sandboxes of this machine use.</summary>
    public static IServiceCollection AddUnusedDependencies(this IServiceCollection services) =>
        services.AddSingleton<ILocalLeftovers, UnusedDependencies>();
}
