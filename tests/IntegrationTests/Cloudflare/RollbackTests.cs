using System.Net;
using System.Text;
using Libra.Deploy.Domain.Projects;
using Libra.Deploy.IntegrationTests.Cloudflare.Double;
using Libra.Deploy.IntegrationTests.Persistence;
using Libra.Deploy.IntegrationTests.Service;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Libra.Deploy.IntegrationTests.Cloudflare;

/// <summary>Going back to an earlier version at Cloudflare: the stored artifact is uploaded again, and nothing is built.</summary>
public sealed class RollbackTests(TestPostgres server) : IAsyncLifetime
{
    private readonly DirectoryInfo _data = Directory.CreateTempSubdirectory("libra-rollback-");
    private CloudflareDouble _cloudflare = null!;
    private WebApplication _dispatcher = null!;
    private ServiceNode _node = null!;

    public async ValueTask InitializeAsync()
    {
        _cloudflare = await CloudflareDouble.StartAsync();
        _dispatcher = await StartDispatcherAsync(_cloudflare);
        _node = await ServiceNode.StartAsync(
            await server.CreateDatabaseAsync(),
            _data.FullName,
            ("Cloudflare:AccountId", CloudflareDouble.AccountId),
            ("Cloudflare:ApiToken", CloudflareDouble.Token),
            ("Cloudflare:ApiBaseUrl", _cloudflare.BaseUrl.ToString()),
            ("Cloudflare:DispatcherUrl", $"http://localhost:{new Uri(_dispatcher.Urls.Single()).Port}"));
    }

    public async ValueTask DisposeAsync()
    {
        await _node.DisposeAsync();
        await _dispatcher.DisposeAsync();
        await _cloudflare.DisposeAsync();
        _data.Delete(recursive: true);
    }

    [Fact]
    public async Task Rollback_ToAnEarlierVersion_UploadsItsArtifactAgainWithoutABuild()
    {
        var one = await _node.DeployPageAsync("one");
        await _node.DeployPageAsync("two");
        Live().Should().Be("two");
        _cloudflare.ForgetCalls();

        var back = await _node.RollBackAsync(one);

        back["steps"]!["build"]!["status"]!.GetValue<string>().Should().Be("skipped");
        Live().Should().Be("one");
        _cloudflare.Calls.Should().Contain("script upload").And.NotContain("assets upload", "Cloudflare has its files still");
        using var again = await _node.Admin.PostAsync($"/deploy/{one["deploymentId"]}/rollback", null, TestContext.Current.CancellationToken);
        again.StatusCode.Should().Be(HttpStatusCode.Conflict);
    }

    private string Live()
    {
        var page = _cloudflare.Scripts[WorkerName.For(ServiceNode.Project).Value].Assets["/index.html"];
        return Encoding.UTF8.GetString(page.Content!);
    }

    /// <summary>What a visitor's request meets: it serves the start page of the worker that its host names.</summary>
    private static async Task<WebApplication> StartDispatcherAsync(CloudflareDouble cloudflare)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        var app = builder.Build();
        app.Run(async context =>
        {
            var live = cloudflare.Scripts[context.Request.Host.Host.Split('.')[0]];
            var rules = (string?)live.Metadata["assets"]!["config"]!["_headers"] ?? "";
            var named = rules.Split('\n').Single(line => line.Contains("X-Libra-Artifact", StringComparison.OrdinalIgnoreCase)).Split(':');
            context.Response.Headers[named[0].Trim()] = named[1].Trim();
            await context.Response.Body.WriteAsync(live.Assets["/index.html"].Content);
        });
        await app.StartAsync();
        return app;
    }
}
