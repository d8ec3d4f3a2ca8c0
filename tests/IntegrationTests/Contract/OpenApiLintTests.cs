using System.Diagnostics;
using Libra.Deploy.Infrastructure.Runtime;
using Libra.Deploy.IntegrationTests.Service;

namespace Libra.Deploy.IntegrationTests.Contract;

/// <summary>The description judged by a public linter.</summary>
public sealed class OpenApiLintTests(LibraService service)
{
    private const string Switch = "LIBRA_TEST_LINT";
    private static readonly string Folder = Path.Combine(AppContext.BaseDirectory, "Contract/lint");

    [Fact]
    public async Task Description_LintedBySpectral_HasNoErrorAndNoWarning()
    {
        Assert.SkipUnless(Environment.GetEnvironmentVariable(Switch) == "1", $"Set {Switch}=1: it installs the linter from npm.");
        var runtime = RuntimeLayout.Find();
        using var stranger = service.Stranger;
        await File.WriteAllTextAsync(
            Path.Combine(Folder, "openapi.json"), await stranger.GetStringAsync("/openapi.json", TestContext.Current.CancellationToken));
        await File.WriteAllTextAsync(
            Path.Combine(Folder, "broken.json"),
            """{"openapi":"3.1.1","info":{"title":"x","version":"1"},"paths":{"/a":{"get":{"operationId":"a"}}}}""");
        await ShouldEndAsync(0, runtime.Node, runtime.Npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error");

        await ShouldEndAsync(0, runtime.Node, Spectral("openapi.json"));
        await ShouldEndAsync(1, runtime.Node, Spectral("broken.json")); // a linter that takes everything proves nothing
    }

    private static string[] Spectral(string file) =>
        ["node_modules/@stoplight/spectral-cli/dist/index.js", "lint", file, "--ruleset", "ruleset.yml", "--fail-severity", "warn"];

    private static async Task ShouldEndAsync(int code, string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            WorkingDirectory = Folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using var process = Process.Start(start)!;
        var output = Task.WhenAll(process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        process.ExitCode.Should().Be(code, string.Join('\n', await output));
    }
}
