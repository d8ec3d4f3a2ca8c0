using System.Diagnostics;
using System.Text;
using Libra.Deploy.Infrastructure.Runtime;
using Libra.Deploy.IntegrationTests.Cloudflare.Double;

namespace Libra.Deploy.IntegrationTests.Cloudflare;

/// <summary>The pinned wrangler deploys to the double: it is a Cloudflare that others believe, too.</summary>
public sealed class WranglerClientTests : IDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(3);

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("libra-wrangler-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task Wrangler_WhenItDeploysToTheDouble_PutsTheSiteLiveAndSendsNoFileTwice()
    {
        await using var cloudflare = await CloudflareDouble.StartAsync();
        await WriteSiteAsync();

        await DeployAsync(cloudflare);

        var live = cloudflare.Scripts["site-1"];
        live.Assets.Keys.Should().BeEquivalentTo("/index.html", "/app.js", "/note.txt");
        Encoding.UTF8.GetString(live.Assets["/index.html"].Content!).Should().Be("<h1>hi</h1>");
        live.Assets["/app.js"].ContentType.Should().Be("text/javascript; charset=utf-8");
        ((string)live.Metadata["main_module"]!).Should().Be("index.js");

        var before = cloudflare.Assets.Arrivals.Count;
        await File.WriteAllTextAsync(Path.Combine(_folder.FullName, "public/note.txt"), "changed");
        await DeployAsync(cloudflare);

        cloudflare.Assets.Arrivals.Should().HaveCount(before + 1);
        Encoding.UTF8.GetString(cloudflare.Scripts["site-1"].Assets["/note.txt"].Content!).Should().Be("changed");
    }

    private async Task WriteSiteAsync()
    {
        Directory.CreateDirectory(Path.Combine(_folder.FullName, "public"));
        Directory.CreateDirectory(Path.Combine(_folder.FullName, "home"));
        await WriteAsync("wrangler.json", """
            { "name": "site-1", "main": "index.js", "compatibility_date": "2026-04-01", "send_metrics": false,
              "assets": { "directory": "public", "binding": "ASSETS" }, "vars": { "GREETING": "hi" } }
            """);
        await WriteAsync("index.js", "export default { fetch(request, env) { return env.ASSETS.fetch(request); } };");
        await WriteAsync("public/index.html", "<h1>hi</h1>");
        await WriteAsync("public/app.js", "console.log(1)");
        await WriteAsync("public/note.txt", "note");

        Task WriteAsync(string path, string text) => File.WriteAllTextAsync(Path.Combine(_folder.FullName, path), text);
    }

    private async Task DeployAsync(CloudflareDouble cloudflare)
    {
        var runtime = RuntimeLayout.Find();
        var wrangler = Path.Combine(runtime.Root, "node_modules", "wrangler", "bin", "wrangler.js");
        var start = new ProcessStartInfo(runtime.Node, [wrangler, "deploy", "--dispatch-namespace", CloudflareDouble.Namespace])
        {
            WorkingDirectory = _folder.FullName,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment.Clear();
        foreach (var (name, value) in new (string, string)[]
        {
            ("PATH", Path.GetDirectoryName(runtime.Node)! + ":/usr/bin:/bin"), ("HOME", Path.Combine(_folder.FullName, "home")), ("CI", "1"),
            ("WRANGLER_SEND_METRICS", "false"), ("WRANGLER_LOG", "debug"), ("NO_UPDATE_NOTIFIER", "1"),
            // Whatever else it wants to ask ends here.
            ("HTTPS_PROXY", "http://127.0.0.1:9"),
            ("CLOUDFLARE_API_BASE_URL", cloudflare.BaseUrl.ToString().TrimEnd('/')),
            ("CLOUDFLARE_API_TOKEN", CloudflareDouble.Token), ("CLOUDFLARE_ACCOUNT_ID", CloudflareDouble.AccountId),
        }) start.Environment[name] = value;

        using var process = Process.Start(start)!;
        using var late = new CancellationTokenSource(Limit);
        var output = Task.WhenAll(process.StandardOutput.ReadToEndAsync(late.Token), process.StandardError.ReadToEndAsync(late.Token));
        try
        {
            await process.WaitForExitAsync(late.Token);
        }
        finally
        {
            if (!process.HasExited) process.Kill(entireProcessTree: true);
        }

        process.ExitCode.Should().Be(0, string.Join('\n', await output) + string.Join('\n', cloudflare.Calls));
    }
}
