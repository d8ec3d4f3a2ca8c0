using Libra.Deploy.Application.Storage;
using Microsoft.Extensions.DependencyInjection;

namespace Libra.Deploy.Infrastructure.Storage;

/// <summary>Registers one of the two object stores.</summary>
public static class StorageRegistration
{
    /// <summary>Objects in a folder of this machine.</summary>
    public static IServiceCollection AddFolderObjectStore(this IServiceCollection services, FolderObjectStoreOptions options) =>
        services.AddSingleton<IObjectStore>(provider => new FolderObjectStore(options, provider.GetRequiredService<TimeProvider>()));

    /// <summary>Objects in R2 or any other S3-compatible store.</summary>
    public static IServiceCollection AddS3ObjectStore(this IServiceCollection services, S3ObjectStoreOptions options) =>
        services.AddSingleton<IObjectStore>(provider => new S3ObjectStore(options, provider.GetRequiredService<TimeProvider>()));
}
