using System.Globalization;
using System.Text.Json;
using Libra.Deploy.Application.Common;
using Libra.Deploy.Application.Deployments.Pipeline;
using Libra.Deploy.Application.Storage;
using Libra.Deploy.Infrastructure.Persistence;
using Libra.Deploy.Infrastructure.Sandboxes;
using Libra.Deploy.Infrastructure.Sandboxes.Bubblewrap;
using Libra.Deploy.Infrastructure.Storage;
using Libra.Deploy.WebApi.Composition;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Npgsql;

namespace Libra.Deploy.IntegrationTests.Chaos;

/// <summary>
/// A process of its own that is a node of the real service, as it is composed for production, but for a scripted sandbox and
/// target and for an object store that can fail. It may be killed at any moment.
/// </summary>
internal static class ChaosNode
{
    public const string Role = "chaos-node";

    /// <summary>What the process does until it is stopped or killed.</summary>
    public static async Task<int> RunAsync(string settingsFile)
    {
        var settings = JsonSerializer.Deserialize<ChaosNodeSettings>(await File.ReadAllTextAsync(settingsFile))!;
        await using var host = await LibraHost.CreateAsync(
            [], configuration => configuration.AddInMemoryCollection(settings.ToConfiguration()), services => Replace(services, settings));
        await host.RunAsync();
        return 0;
    }

    private static void Replace(IServiceCollection services, ChaosNodeSettings settings)
    {
        var workspace = new Workspace(settings.Workspace);
        var objects = new FolderObjectStore(new FolderObjectStoreOptions { Root = workspace.Objects }, TimeProvider.System);
        services.Replace(ServiceDescriptor.Singleton<IObjectStore>(new FaultyStore(objects, workspace)));
        services.Replace(ServiceDescriptor.Singleton<IDeployTarget>(new LedgerTarget(workspace, settings.Name)));
        services.AddSingleton<BubblewrapSandboxProvider>();
        services.Replace(ServiceDescriptor.Singleton<ISandboxProvider>(
            provider => new MixedSandboxes(provider.GetRequiredService<BubblewrapSandboxProvider>(), workspace)));
        services.AddScoped<UnitOfWork>();
        services.AddSingleton(new SuddenDeath(workspace, settings.Name));
        services.Replace(ServiceDescriptor.Scoped<IUnitOfWork>(provider => new MortalUnitOfWork(
            provider.GetRequiredService<UnitOfWork>(),
            provider.GetRequiredService<LibraDbContext>(),
            provider.GetRequiredService<SuddenDeath>())));
    }
}

/// <summary>What a node is told, in a file, when it is started.</summary>
internal sealed record ChaosNodeSettings
{
    /// <summary>Differs for every process, so that the books tell who wrote what.</summary>
    public required string Name { get; init; }

    /// <summary><c>api</c> or <c>worker</c>.</summary>
    public required string Role { get; init; }

    public required int Port { get; init; }

    public required int Slots { get; init; }

    public required string Database { get; init; }

    public required string Workspace { get; init; }

    /// <summary>The folder of the machine that the process runs on; the next one on it finds what this one left.</summary>
    public required string DataFolder { get; init; }

    /// <summary>Settings of the service; those that are not named have the values of production.</summary>
    public Dictionary<string, string?> ToConfiguration() => new()
    {
        ["Host:Environment"] = "development",
        ["Host:Roles"] = Role,
        ["Host:PostgresUrl"] = new NpgsqlConnectionStringBuilder(Database) { ApplicationName = Name, MaxPoolSize = 40 }.ConnectionString,
        ["Host:DataDirectory"] = DataFolder,
        ["Host:Port"] = Port.ToString(CultureInfo.InvariantCulture),
        ["Host:EdgePort"] = "0",
        ["Host:LogLevel"] = "warn",
        ["RateLimit:Limit"] = "0",
        ["Drain:NoticeSeconds"] = "0",
        ["Queue:NodeName"] = Name,
        ["Queue:MaxConcurrentDeployments"] = Slots.ToString(CultureInfo.InvariantCulture),
        ["Deployments:RetryDelay"] = "00:00:00.500",
        ["Deployments:DeployTimeout"] = "00:00:05",
    };
}
