using Libra.Deploy.Application;
using Libra.Deploy.Infrastructure.Logs;
using Libra.Deploy.Infrastructure.Persistence;
using Libra.Deploy.Infrastructure.Storage;
using Libra.Deploy.Infrastructure.Webhooks;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace Libra.Deploy.IntegrationTests.Persistence;

/// <summary>A database in which the platform made its tables before the service came: ours are added, the platform's only used.</summary>
internal sealed class PlatformDatabase : IAsyncDisposable
{
    // As the platform declares them, and by no code of the service.
    private const string PlatformTables =
        """
        CREATE TABLE public.project (
            id text PRIMARY KEY, name text NOT NULL, template_type text NOT NULL, production_deploy_url text, workflow_id text,
            deployment_status varchar DEFAULT 'idle', custom_domain text, custom_domain_status varchar, custom_domain_verified_at timestamptz,
            custom_hostname_id text, ownership_verification text, ssl_status varchar, visibility varchar NOT NULL DEFAULT 'private',
            is_active bool NOT NULL DEFAULT true, user_id text NOT NULL, organization_id text NOT NULL, container_id text, initial_message text,
            knowledge text, message_history text NOT NULL DEFAULT '[]', url text, git_url text, git_branch text, preview_image_url text,
            created_at timestamptz NOT NULL DEFAULT now(), updated_at timestamptz NOT NULL DEFAULT now());
        CREATE TABLE public.subscription_limit (
            id text PRIMARY KEY, organization_id text NOT NULL, stripe_customer_id text, plan_name text NOT NULL, plan_id text NOT NULL,
            ai_nums int NOT NULL, enhance_nums int NOT NULL, upload_limit int NOT NULL, deploy_limit int NOT NULL, seats int NOT NULL DEFAULT 1,
            project_nums int NOT NULL DEFAULT 1, is_active bool DEFAULT true, period_start timestamptz NOT NULL, period_end timestamptz NOT NULL,
            created_at timestamptz DEFAULT now(), updated_at timestamptz DEFAULT now(), last_quota_refresh timestamptz, billing_interval text DEFAULT 'month');
        CREATE UNIQUE INDEX ON public.subscription_limit (organization_id, plan_name) WHERE is_active;
        """;

    private readonly DirectoryInfo _objects;

    private PlatformDatabase(ServiceProvider services, string connectionString, DirectoryInfo objects) =>
        (Services, ConnectionString, _objects) = (services, connectionString, objects);

    public ServiceProvider Services { get; }

    /// <summary>For another process that is to use the same database.</summary>
    public string ConnectionString { get; }

    private NpgsqlDataSource Source => Services.GetRequiredService<NpgsqlDataSource>();

    public static async Task<PlatformDatabase> CreateAsync(
        TestPostgres server, Action<IServiceCollection> configure, string timeZone = "UTC")
    {
        var services = new ServiceCollection().AddLogging().AddSingleton(TimeProvider.System).AddApplication();
        var connectionString = await server.CreatePlatformDatabaseAsync(timeZone);
        services.AddPersistence(connectionString);
        var objects = Directory.CreateTempSubdirectory("libra-objects-");
        services.AddFolderObjectStore(new FolderObjectStoreOptions { Root = objects.FullName });
        services.AddDeploymentLogs(new DeploymentLogOptions(), secrets: []);
        services.AddWebhooks(worker: false);
        configure(services);
        return new PlatformDatabase(services.BuildServiceProvider(), connectionString, objects);
    }

    /// <summary>Makes the platform's tables in an empty database, and then lets the service add its own.</summary>
    public static async Task PrepareAsync(string connectionString)
    {
        var services = new ServiceCollection().AddLogging().AddSingleton(TimeProvider.System);
        services.AddPersistence(connectionString);
        await using var provider = services.BuildServiceProvider();
        await using (var command = provider.GetRequiredService<NpgsqlDataSource>().CreateCommand(PlatformTables)) await command.ExecuteNonQueryAsync();
        await provider.GetRequiredService<DatabaseSetup>().RunAsync(CancellationToken.None);
    }

    public async Task ExecuteAsync(string sql, params object[] parameters)
    {
        await using var command = Command(sql, parameters);
        await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
    }

    /// <summary>The first value of the answer; null values fail.</summary>
    public async Task<T> AskAsync<T>(string sql, params object[] parameters)
    {
        await using var command = Command(sql, parameters);
        return (T)(await command.ExecuteScalarAsync(TestContext.Current.CancellationToken))!;
    }

    public async ValueTask DisposeAsync()
    {
        await Services.DisposeAsync();
        _objects.Delete(recursive: true);
    }

    private NpgsqlCommand Command(string sql, object[] parameters)
    {
        var command = Source.CreateCommand(sql);
        foreach (var parameter in parameters) command.Parameters.AddWithValue(parameter);
        return command;
    }
}
