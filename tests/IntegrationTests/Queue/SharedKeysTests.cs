using System.Net;
using Libra.Deploy.Application.Access;
using Libra.Deploy.Application.Queue;
using Libra.Deploy.Domain.Access;
using Libra.Deploy.IntegrationTests.Persistence;
using Libra.Deploy.WebApi.Composition;
using MediatR;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace Libra.Deploy.IntegrationTests.Queue;

/// <summary>A browser that a balancer sends to one API node and then to another.</summary>
public sealed class SharedKeysTests(TestPostgres server) : IAsyncLifetime
{
    private readonly DirectoryInfo _data = Directory.CreateTempSubdirectory("libra-keys-");
    private LibraHost _first = null!;
    private LibraHost _second = null!;

    public async ValueTask InitializeAsync()
    {
        var database = await server.CreateDatabaseAsync();
        _first = await StartAsync(database, "first");
        _second = await StartAsync(database, "second");
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var node in new[] { _first, _second })
        {
            await node.App.StopAsync(CancellationToken.None);
            await node.DisposeAsync();
        }

        _data.Delete(recursive: true);
    }

    [Fact]
    public async Task AForm_OfOneNodesPage_IsTakenByTheOther()
    {
        var letter = (await SendAsync(new RecordInvalidMessageCommand("1", "?", "It cannot be read."))).Id;
        var token = (await SendAsync(new CreateTokenCommand(new TokenGrant("test", null, null, [Scopes.Admin], null), "test"))).Secret
            .Reveal();
        using var first = Browser(_first);
        using var second = Browser(_second);
        var page = await DashboardForm.LoadAsync(first, $"/hangfire/dead-letters/{letter}", $"libra_login={token}");

        var answer = await page.PostAsync(second, new Dictionary<string, string> { ["action"] = "discard" });

        answer.StatusCode.Should().Be(HttpStatusCode.SeeOther);
        (await SendAsync(new GetDeadLetterQuery(Application.Common.OrganizationFilter.All, letter))).Resolution.Should().NotBeNull();
    }

    private async Task<LibraHost> StartAsync(string database, string name)
    {
        var host = await LibraHost.CreateAsync([], configuration => configuration.AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["Host:Environment"] = "development",
            ["Host:Roles"] = "api",
            ["Host:PostgresUrl"] = database,
            ["Host:DataDirectory"] = Path.Combine(_data.FullName, name),
            ["Host:Port"] = "0",
            ["Host:EdgePort"] = "0",
            ["Host:LogLevel"] = "error",
            ["Drain:NoticeSeconds"] = "0",
        }));
        await host.App.StartAsync(TestContext.Current.CancellationToken);
        return host;
    }

    private static HttpClient Browser(LibraHost node) =>
        new(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false }) { BaseAddress = new Uri(node.Address) };

    private async Task<T> SendAsync<T>(IRequest<ErrorOr.ErrorOr<T>> request)
    {
        await using var scope = _first.App.Services.CreateAsyncScope();
        return (await scope.ServiceProvider.GetRequiredService<IMediator>().Send(request, TestContext.Current.CancellationToken)).Value;
    }
}
