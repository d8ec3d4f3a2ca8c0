using Libra.Deploy.Application;
using Libra.Deploy.Domain.Access;
using Libra.Deploy.Infrastructure.Persistence;
using Libra.Deploy.IntegrationTests.Http;
using Libra.Deploy.WebApi.Access;
using Libra.Deploy.WebApi.Http;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Libra.Deploy.IntegrationTests.Access;

/// <summary>The service's front door on a real Kestrel, with one route for each kind of decision behind it.</summary>
internal sealed class AccessHost : IAsyncDisposable
{
    private readonly WebApplication _app;

    private AccessHost(WebApplication app, RecordedLogs logs)
    {
        _app = app;
        Logs = logs;
        Client = new HttpClient(new SocketsHttpHandler { UseCookies = false }) { BaseAddress = new Uri(app.Urls.Single()) };
    }

    public HttpClient Client { get; }

    public RecordedLogs Logs { get; }

    public IServiceProvider Services => _app.Services;

    /// <summary>Starts a node.</summary>
    /// <param name="settings">Of the configuration section that the Access module binds.</param>
    /// <param name="database">Where tokens are; a host that has no need of any may leave it out.</param>
    public static async Task<AccessHost> StartAsync(
        IDictionary<string, string?>? settings = null, string database = "Host=127.0.0.1;Port=1", TimeProvider? clock = null)
    {
        var logs = new RecordedLogs();
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseKestrelCore().UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders().AddProvider(logs);
        builder.Services.AddSingleton(clock ?? TimeProvider.System);
        builder.Services.AddApplication();
        builder.Services.AddPersistence(database);
        builder.Services.AddLibraHttp(_ => { });
        builder.Services.AddLibraAccess(
            new ConfigurationBuilder().AddInMemoryCollection(settings ?? new Dictionary<string, string?>()).Build());

        var app = builder.Build();
        app.UseLibraHttp();
        app.UseLibraAccess();
        app.MapTokens();
        app.MapGet("/open", () => "open").AllowPublic();
        app.MapGet("/undecided", () => "never shown");
        app.MapGet("/read", WhoAmI).RequireScope(Scopes.DeploymentsRead);
        app.MapPost("/write", WhoAmI).RequireScope(Scopes.DeploymentsWrite);
        app.MapGet("/operations", WhoAmI).RequireScope(Scopes.OperationsRead);
        await app.StartAsync();
        return new AccessHost(app, logs);
    }

    public Task<HttpResponseMessage> GetAsync(string path, string? bearer = null) =>
        bearer is null
            ? Client.SendAsync(HttpMethod.Get, path)
            : Client.SendAsync(HttpMethod.Get, path, ("Authorization", $"Bearer {bearer}"));

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await _app.DisposeAsync();
    }

    private static object WhoAmI(HttpContext context)
    {
        var caller = context.Caller();
        return new
        {
            caller.UserId,
            Organizations = caller.Organizations.Order(),
            All = caller.SeesAllOrganizations,
            Scopes = caller.Scopes.Order()
        };
    }
}
