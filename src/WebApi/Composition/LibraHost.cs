using System.Net;
using Libra.Deploy.Application.Deployments.Pipeline;
using Libra.Deploy.Infrastructure.Embedded;
using Libra.Deploy.Infrastructure.Runtime;
using Libra.Deploy.WebApi.Configuration;
using Libra.Deploy.WebApi.Service;
using Microsoft.Extensions.Options;

namespace Libra.Deploy.WebApi.Composition;

/// <summary>The whole service in one process: what is configured, and embedded parts for what is not.</summary>
public sealed class LibraHost : IAsyncDisposable
{
    private readonly EmbeddedPostgres? _postgres;

    private LibraHost(WebApplication app, HostSettings settings, EmbeddedPostgres? postgres) =>
        (App, Settings, _postgres) = (app, settings, postgres);

    public WebApplication App { get; }

    internal HostSettings Settings { get; }

    /// <summary>Where the API answers; known once it runs.</summary>
    public string Address
    {
        get
        {
            var url = new UriBuilder(App.Urls.First());
            // "Every address" and loopback have a name that works in a browser of this machine; any other is what was asked for.
            if (Settings.ListenAddress is not { } chosen || IPAddress.IsLoopback(chosen) || IsEvery(chosen)) url.Host = "localhost";
            return url.Uri.ToString().TrimEnd('/');
        }
    }

    /// <summary>Builds the service and brings its database up to date; nothing listens yet.</summary>
    /// <param name="args">Command line; options can be given as <c>--Section:Name=value</c>.</param>
    /// <param name="configure">Settings that count more than all others; for tests.</param>
    /// <param name="replace">Puts other parts in the place of registered ones; for tests.</param>
    public static async Task<LibraHost> CreateAsync(
        string[] args, Action<IConfigurationBuilder>? configure = null, Action<IServiceCollection>? replace = null,
        CancellationToken cancellationToken = default)
    {
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions { Args = args });
        builder.Configuration.AddEnvironmentNames(Environment.GetEnvironmentVariable);
        builder.Configuration.AddCommandLine(args);
        configure?.Invoke(builder.Configuration);
        SettingSections.RefuseUnreadable(builder.Configuration);
        var settings = HostSettings.Read(builder.Configuration);
        builder.Environment.EnvironmentName = EnvironmentName(settings) ?? builder.Environment.EnvironmentName;
        HostLogging.Configure(builder.Logging, settings, builder.Environment);

        var postgres = settings.IsEmbedded ? await StartPostgresAsync(builder, settings, cancellationToken) : null;
        try
        {
            var connectionString = postgres?.ConnectionString ?? PostgresUrl.ToConnectionString(settings.PostgresUrl!);
            builder.AddLibra(settings, connectionString);
            replace?.Invoke(builder.Services);
            var app = builder.Build();
            // Before anything is brought up; the framework would do it late, and log a stack first.
            app.Services.GetService<IStartupValidator>()?.Validate();
            app.Services.AllowForTheDrain();
            app.UseLibra();
            await DatabaseStart.RunAsync(app.Services, settings, cancellationToken);
            if (settings.IsEmbedded) await app.Services.GetRequiredService<DemoSetup>().RunAsync(cancellationToken);
            return new LibraHost(app, settings, postgres);
        }
        catch
        {
            if (postgres is not null) await postgres.DisposeAsync();
            throw;
        }
    }

    /// <summary>Serves until it is told to stop.</summary>
    public async Task RunAsync(CancellationToken cancellationToken = default)
    {
        // A worker that can build nothing says so now, with what to do, and not at its first deployment.
        if (Settings.IsWorker) await App.Services.GetRequiredService<ISandboxProvider>().ProbeAsync(cancellationToken);
        await App.StartAsync(cancellationToken);
        await StartReport.WriteAsync(App.Services, cancellationToken);
        if (Settings.IsEmbedded) await App.Services.GetRequiredService<DemoSetup>().GreetAsync(Console.Out, Address);
        await App.WaitForShutdownAsync(cancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        await App.DisposeAsync();
        if (_postgres is not null) await _postgres.DisposeAsync(); // last: what stops writes its end
    }

    private static bool IsEvery(IPAddress address) => address.Equals(IPAddress.Any) || address.Equals(IPAddress.IPv6Any);

    private static string? EnvironmentName(HostSettings settings) => settings.Environment switch
    {
        "development" => Environments.Development,
        "production" => Environments.Production,
        _ => null,
    };

    private static async Task<EmbeddedPostgres> StartPostgresAsync(
        WebApplicationBuilder builder, HostSettings settings, CancellationToken cancellationToken)
    {
        // Not only in production by name: a staging system that lost its variable must not come up empty, with demo data, for everybody.
        if (!builder.Environment.IsDevelopment())
            throw new StartRefusedException(
                "POSTGRES_URL is not set. Production needs a database of its own; without one start with ENVIRONMENT=development.");

        using var logging = LoggerFactory.Create(log => HostLogging.Configure(log, settings, builder.Environment));
        var options = new EmbeddedPostgresOptions
        {
            BinFolder = RuntimeLayout.Find(builder.Configuration[RuntimeLayout.DirectorySetting]).PostgresBin,
            DataFolder = Path.Combine(settings.DataPath, "postgres"),
        };
        try
        {
            return await EmbeddedPostgres.StartAsync(options, logging.CreateLogger<EmbeddedPostgres>(), cancellationToken);
        }
        catch (Exception failure) when (
            failure is InvalidOperationException or TimeoutException or IOException or UnauthorizedAccessException)
        {
            throw new StartRefusedException(
                $"the embedded PostgreSQL cannot run in {options.DataFolder}: {failure.Message} "
                    + "LIBRA_DATA_DIR chooses another folder, POSTGRES_URL another database.",
                failure);
        }
    }
}
