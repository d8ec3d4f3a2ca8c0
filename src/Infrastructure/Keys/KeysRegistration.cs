using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.DataProtection.KeyManagement;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Npgsql;

namespace Libra.Deploy.Infrastructure.Keys;

/// <summary>Registers the key ring that all nodes share.</summary>
public static class KeysRegistration
{
    // By default the ring belongs to the folder that a node was started from.
    private const string SharedName = "libra-deploy";

    public static IServiceCollection AddSharedKeys(this IServiceCollection services)
    {
        services.AddDataProtection().SetApplicationName(SharedName);
        services.AddSingleton<IConfigureOptions<KeyManagementOptions>>(provider => new ConfigureOptions<KeyManagementOptions>(
            options => options.XmlRepository = new SharedKeyRing(
                provider.GetRequiredService<NpgsqlDataSource>(), provider.GetRequiredService<TimeProvider>())));
        return services;
    }
}
