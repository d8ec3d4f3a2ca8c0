using Libra.Deploy.Application.Deployments.Artifacts;
using Libra.Deploy.Application.Storage;
using Microsoft.Extensions.DependencyInjection;

namespace Libra.Deploy.Infrastructure.Artifacts;

/// <summary>Registers the artifact store.</summary>
public static class ArtifactRegistration
{
    /// <summary>Adds <see cref="IArtifactStore"/> over the registered <see cref="IObjectStore"/> and <see cref="TimeProvider"/>.</summary>
    public static IServiceCollection AddArtifactStore(this IServiceCollection services, ArtifactStoreOptions options) =>
        services.AddSingleton(options).AddSingleton<IArtifactStore, ArtifactStore>();
}
