using System.Diagnostics;
using System.Formats.Tar;
using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Libra.Deploy.Application.Projects.Source;
using Libra.Deploy.Infrastructure.Runtime;
using Libra.Deploy.Infrastructure.Sandboxes.Dependencies;
using Libra.Deploy.IntegrationTests.Access;
using Microsoft.AspNetCore.Http;

namespace Libra.Deploy.IntegrationTests.Sandboxes;

/// <summary>A registry whose only package was published a moment ago, and our commands and settings.</summary>
public sealed class FreshPackageTests : IDisposable
{
    private static readonly byte[] Package = Pack();
    private static readonly string Integrity = $"sha512-{Convert.ToBase64String(SHA512.HashData(Package))}";

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("libra-fresh-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task Install_OfWhatPnpmsLockNames_TakesItHoweverNewItIs()
    {
        await using var registry = await StubServer.StartAsync(AnswerAsync);
        await WriteAsync("package.json", """{ "dependencies": { "fresh": "1.0.0" } }""");
        await WriteAsync("pnpm-lock.yaml", $$"""
            lockfileVersion: '9.0'

            settings:
              autoInstallPeers: true
              excludeLinksFromLockfile: false

            importers:

              .:
                dependencies:
                  fresh:
                    specifier: 1.0.0
                    version: 1.0.0

            packages:

              fresh@1.0.0:
                resolution: {integrity: {{Integrity}}}

            snapshots:

              fresh@1.0.0: {}

            """);

        var (code, output) = await RunAsync(PackageManagerCommands.Exact(PackageManager.Pnpm), registry.Url);

        code.Should().Be(0, output);
        File.Exists(Path.Combine(_folder.FullName, "node_modules/fresh/package.json")).Should().BeTrue(output);
    }

    private Task WriteAsync(string name, string content) =>
        File.WriteAllTextAsync(Path.Combine(_folder.FullName, name), content, TestContext.Current.CancellationToken);

    private async Task<(int Code, string Output)> RunAsync(IReadOnlyList<string> command, Uri registry)
    {
        var start = new ProcessStartInfo(RuntimeLayout.Find().Pnpm, command.Skip(1))
        {
            WorkingDirectory = _folder.FullName,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (name, value) in PackageManagerCommands.Settings(Path.Combine(_folder.FullName, "cache"), registry)) start.Environment[name] = value;
        using var program = Process.Start(start)!;
        var errors = program.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        var output = await program.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await program.WaitForExitAsync(TestContext.Current.CancellationToken);
        return (program.ExitCode, output + await errors);
    }

    private static async Task AnswerAsync(HttpContext context)
    {
        var path = context.Request.Path.Value!;
        if (path.EndsWith(".tgz", StringComparison.Ordinal)) await context.Response.Body.WriteAsync(Package);
        else if (path == "/fresh") await context.Response.WriteAsync(Document(context.Request.Host.Value!));
        else context.Response.StatusCode = StatusCodes.Status404NotFound;
    }

    private static string Document(string host)
    {
        var now = TimeProvider.System.GetUtcNow().ToString("O");
        var version = new { name = "fresh", version = "1.0.0", dist = new { tarball = $"http://{host}/fresh/-/fresh-1.0.0.tgz", integrity = Integrity } };
        return JsonSerializer.Serialize(new Dictionary<string, object>
        {
            ["name"] = "fresh",
            ["modified"] = now,
            ["time"] = new Dictionary<string, string> { ["created"] = now, ["modified"] = now, ["1.0.0"] = now },
            ["dist-tags"] = new { latest = "1.0.0" },
            ["versions"] = new Dictionary<string, object> { ["1.0.0"] = version },
        });
    }

    private static byte[] Pack()
    {
        var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Fastest, leaveOpen: true))
        using (var tar = new TarWriter(gzip))
            tar.WriteEntry(new PaxTarEntry(TarEntryType.RegularFile, "package/package.json")
            {
                DataStream = new MemoryStream(Encoding.UTF8.GetBytes("""{ "name": "fresh", "version": "1.0.0" }""")),
            });
        return packed.ToArray();
    }
}
