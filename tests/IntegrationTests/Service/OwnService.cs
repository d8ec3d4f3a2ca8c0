using System.Net.Http.Headers;
using Hangfire.AspNetCore;
using Hangfire.Logging;
using Libra.Deploy.Application.Access;
using Libra.Deploy.Domain.Access;
using Libra.Deploy.Infrastructure.Embedded;
using Libra.Deploy.Infrastructure.Runtime;
using Libra.Deploy.WebApi.Composition;
using MediatR;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;

namespace Libra.Deploy.IntegrationTests.Service;

/// <summary>A service for one test alone, with a PostgreSQL that the test may stop.</summary>
internal sealed class OwnService : IAsyncDisposable
{
    private readonly DirectoryInfo _data;

    private OwnService(DirectoryInfo data, EmbeddedPostgres postgres, LibraHost host) =>
        (_data, Postgres, Host, Client) = (data, postgres, host, new HttpClient { BaseAddress = new Uri(host.Address) });

    public EmbeddedPostgres Postgres { get; }

    public LibraHost Host { get; }

    public HttpClient Client { get; }

    public static async Task<OwnService> StartAsync(params (string Key, string Value)[] settings)
    {
        var data = Directory.CreateTempSubdirectory("libra-own-");
        File.SetUnixFileMode(data.FullName, (UnixFileMode)0b111_101_101); // PostgreSQL's own user has to pass through
        var postgres = await EmbeddedPostgres.StartAsync(
            new EmbeddedPostgresOptions
            {
                BinFolder = RuntimeLayout.Find().PostgresBin,
                DataFolder = Path.Combine(data.FullName, "pg"),
                Durable = false,
                Port = FixedPorts.Take(),
            },
            NullLogger.Instance,
            TestContext.Current.CancellationToken);
        var host = await LibraHost.CreateAsync([], configuration => configuration.AddInMemoryCollection(
            new Dictionary<string, string?>(settings.Select(setting => KeyValuePair.Create(setting.Key, (string?)setting.Value)))
            {
                ["Host:Environment"] = "development",
                ["Host:PostgresUrl"] = postgres.ConnectionString,
                ["Host:DataDirectory"] = Path.Combine(data.FullName, "data"),
                ["Host:Port"] = "0",
                ["Host:EdgePort"] = "0",
                ["Host:LogLevel"] = "error",
            }));
        await host.App.StartAsync(TestContext.Current.CancellationToken);
        // Hangfire has one log provider for the process, of whichever host came last: without this the shared service's workers die
        // with this host's logging.
        LogProvider.SetCurrentLogProvider(new AspNetCoreLogProvider(NullLoggerFactory.Instance));
        return new OwnService(data, postgres, host);
    }

    /// <summary>Gives the client every right.</summary>
    public async Task SignInAsync()
    {
        await using var scope = Host.App.Services.CreateAsyncScope();
        var grant = new TokenGrant("test", OrganizationId: null, UserId: null, [Scopes.Admin], ExpiresAt: null);
        var issued = await scope.ServiceProvider.GetRequiredService<IMediator>()
            .Send(new CreateTokenCommand(grant, "test"), TestContext.Current.CancellationToken);
        Client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", issued.Value.Secret.Reveal());
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await Host.App.StopAsync();
        await Host.DisposeAsync();
        await Postgres.DisposeAsync();
        _data.Delete(recursive: true);
    }
}
