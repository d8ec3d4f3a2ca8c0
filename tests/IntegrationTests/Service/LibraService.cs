using System.Globalization;
using System.Net.Http.Headers;
using Libra.Deploy.IntegrationTests.Service;
using Libra.Deploy.WebApi.Composition;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

[assembly: AssemblyFixture(typeof(LibraService))]

namespace Libra.Deploy.IntegrationTests.Service;

/// <summary>
/// The whole service as a newcomer gets it: real PostgreSQL, Hangfire, bubblewrap and workerd, on free ports. Started once; every
/// test makes an organization of its own, so that they run side by side.
/// </summary>
public sealed class LibraService : IAsyncLifetime
{
    private readonly DirectoryInfo _data = Directory.CreateTempSubdirectory("libra-service-");
    private readonly (string Key, string Value)[] _settings;
    private LibraHost? _host;

    public LibraService()
        : this([])
    {
    }

    private LibraService((string Key, string Value)[] settings) => _settings = settings;

    public IServiceProvider Services => _host!.App.Services;

    /// <summary>A client that may do everything.</summary>
    public HttpClient Admin { get; private set; } = null!;

    /// <summary>A client without any credential.</summary>
    public HttpClient Stranger => new() { BaseAddress = new Uri(_host!.Address) };

    private NpgsqlDataSource Database => Services.GetRequiredService<NpgsqlDataSource>();

    /// <summary>Another one, for one test alone.</summary>
    /// <param name="settings">Beside the ones that every service here has.</param>
    public static async Task<LibraService> StartAsync(params (string Key, string Value)[] settings)
    {
        var service = new LibraService(settings);
        await service.InitializeAsync();
        return service;
    }

    public async ValueTask InitializeAsync()
    {
        // PostgreSQL's own user has to pass through: elsewhere its data would outlive the test.
        File.SetUnixFileMode(_data.FullName, (UnixFileMode)0b111_101_101);
        _host = await LibraHost.CreateAsync([], settings => settings.AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["Host:Environment"] = "development",
            ["Host:DataDirectory"] = _data.FullName,
            ["Host:Port"] = "0",
            ["Host:EdgePort"] = "0",
            ["Host:LogLevel"] = "warn",
            ["RateLimit:Limit"] = "0",
            ["Webhooks:AllowPrivateAddresses"] = "true", // the receivers of tests are on this machine
            ["Http:AllowedOrigins:0"] = "http://localhost:*",
            ["Http:AllowedOrigins:1"] = "https://*.libra.dev",
            ["CustomDomains:Schedule"] = "0 0 1 1 *", // what has to happen at once happens without a round
            ["Deployments:RetryDelay"] = "00:00:00.200",
        }.Concat(_settings.Select(setting => KeyValuePair.Create(setting.Key, (string?)setting.Value)))));
        await _host.App.StartAsync();
        var token = await File.ReadAllTextAsync(Path.Combine(_data.FullName, "dev-token"));
        Admin = ClientWith(token);
    }

    public async ValueTask DisposeAsync()
    {
        if (_host is null) return;
        await _host.App.StopAsync();
        await _host.DisposeAsync();
        _data.Delete(recursive: true);
    }

    /// <summary>A client with a bearer token.</summary>
    public HttpClient ClientWith(string token)
    {
        var client = Stranger;
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        return client;
    }

    /// <summary>An organization of its own with one plan and one project.</summary>
    public async Task<TestProject> NewProjectAsync(string template = "static", int quota = 100)
    {
        var suffix = Guid.NewGuid().ToString("N")[..12];
        var project = new TestProject(this, $"p-{suffix}", $"org-{suffix}", $"user-{suffix}");
        await ExecuteAsync(
            "INSERT INTO public.project (id, name, template_type, user_id, organization_id) VALUES ($1, 'Test', $4, $3, $2)",
            project.Id, project.OrganizationId, project.UserId, template);
        await ExecuteAsync(
            $"""
             INSERT INTO public.subscription_limit
                 (id, organization_id, plan_name, plan_id, ai_nums, enhance_nums, upload_limit, deploy_limit, period_start, period_end)
             VALUES ($1, $2, 'FREE', 'free', 10, 10, 10, {quota.ToString(CultureInfo.InvariantCulture)}, now(), now() + interval '1 month')
             """,
            $"limit-{suffix}", project.OrganizationId);
        return project;
    }

    /// <summary>Another project of the same organization.</summary>
    public async Task<TestProject> NewProjectInAsync(TestProject sibling)
    {
        var project = sibling with { Id = $"p-{Guid.NewGuid().ToString("N")[..12]}" };
        await ExecuteAsync(
            "INSERT INTO public.project (id, name, template_type, user_id, organization_id) VALUES ($1, 'Test', 'static', $3, $2)",
            project.Id, project.OrganizationId, project.UserId);
        return project;
    }

    public async Task ExecuteAsync(string sql, params string[] parameters)
    {
        await using var command = Database.CreateCommand(sql);
        foreach (var parameter in parameters) command.Parameters.AddWithValue(parameter);
        await command.ExecuteNonQueryAsync();
    }

    public async Task<T?> ScalarAsync<T>(string sql, params string[] parameters)
    {
        await using var command = Database.CreateCommand(sql);
        foreach (var parameter in parameters) command.Parameters.AddWithValue(parameter);
        return await command.ExecuteScalarAsync() is T value ? value : default;
    }
}
