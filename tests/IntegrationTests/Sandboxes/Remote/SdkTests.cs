using System.Diagnostics;
using Libra.Deploy.IntegrationTests.Sandboxes.Remote.Double;

namespace Libra.Deploy.IntegrationTests.Sandboxes.Remote;

/// <summary>The services' own SDKs, unchanged, work with the doubles: what ours is tried against was not made up to suit it.</summary>
public sealed class SdkTests(SdkFolder sdk) : IClassFixture<SdkFolder>
{
    private const string OfTwoPipes = "nobody says in which order the lines of two pipes arrive";

    [Fact]
    public async Task E2BsOwnSdk_MakesASandboxRunsInItMovesFilesAndEndsIt()
    {
        await using var e2b = await ProviderDouble.StartAsync<E2BDouble>();

        var said = await sdk.RunAsync("e2b.mjs", e2b.Address);

        Lines(said).Should().BeEquivalentTo(Lines(
            """
            stdout hello from inside
            stderr and an error
            exit 0
            failed with 3
            file content of a file
            listed true
            killed true

            """), OfTwoPipes);
        e2b.Machines.Values.Should().ContainSingle().Which.IsGone.Should().BeTrue();
    }

    [Fact]
    public async Task DaytonasOwnSdk_MakesASandboxRunsInItMovesFilesAndEndsIt()
    {
        await using var daytona = await ProviderDouble.StartAsync<DaytonaDouble>();

        var said = await sdk.RunAsync("daytona.mjs", new Uri(daytona.Address, "api"));

        Lines(said).Should().BeEquivalentTo(Lines(
            """
            result hello from inside
            session stdout streamed
            session stderr and an error
            session exit 3
            file content of a file
            deleted

            """), OfTwoPipes);
        daytona.Machines.Values.Should().ContainSingle().Which.IsGone.Should().BeTrue();
    }

    private static string[] Lines(string text) => text.Split('\n');
}

/// <summary>The SDKs, installed once in a folder of their own.</summary>
public sealed class SdkFolder : IAsyncLifetime
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("libra-sandbox-sdks-");

    public async ValueTask InitializeAsync()
    {
        var source = Path.Combine(AppContext.BaseDirectory, "Sandboxes", "Remote", "sdk");
        foreach (var file in Directory.GetFiles(source)) File.Copy(file, Path.Combine(_folder.FullName, Path.GetFileName(file)));
        await RunAsync("npm", ["ci", "--ignore-scripts", "--no-audit", "--no-fund"], null);
    }

    public ValueTask DisposeAsync()
    {
        _folder.Delete(recursive: true);
        return ValueTask.CompletedTask;
    }

    /// <summary>Runs one of the scripts against a double and gives what it printed.</summary>
    internal Task<string> RunAsync(string script, Uri address) => RunAsync("node", [script], address);

    private async Task<string> RunAsync(string program, string[] arguments, Uri? address)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            WorkingDirectory = _folder.FullName,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["DOUBLE_URL"] = address?.AbsoluteUri.TrimEnd('/');
        start.Environment["DOUBLE_KEY"] = ProviderDouble.Key;
        using var process = Process.Start(start)!;
        var (output, errors) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        process.ExitCode.Should().Be(0, "{0}{1}", await output, await errors);
        return await output;
    }
}
