using System.Diagnostics;
using Libra.Deploy.Infrastructure.Runtime;
using Npgsql;

namespace Libra.Deploy.IntegrationTests.Backup;

/// <summary>The commands that docs/operations.md prints, run by a shell as an operator runs them.</summary>
/// <param name="folder">Where they run: the dump is made here.</param>
internal sealed class DocumentedCommands(string folder)
{
    private static string Document => Path.Combine(Path.GetDirectoryName(RuntimeLayout.Find().Root)!, "docs", "operations.md");

    /// <summary>Runs the one line that begins with the program's name, on a database.</summary>
    public Task RunAsync(string program, string database) => RunAsync(program + " ", line => line, ("POSTGRES_URL", AddressOf(database)));

    /// <summary>Runs the one line that begins so.</summary>
    /// <param name="adapt">What differs here from what the document can know.</param>
    public async Task RunAsync(string beginning, Func<string, string> adapt, params (string Name, string Value)[] environment)
    {
        var lines = await File.ReadAllLinesAsync(Document, TestContext.Current.CancellationToken);
        var command = adapt(lines.Should().ContainSingle(line => line.StartsWith(beginning, StringComparison.Ordinal)).Subject);
        var start = new ProcessStartInfo("bash", ["-c", command]) { WorkingDirectory = folder, RedirectStandardError = true };
        foreach (var (name, value) in environment) start.Environment[name] = value;
        using var process = Process.Start(start)!;
        var errors = await process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        process.ExitCode.Should().Be(0, "{0}: {1}", command, errors);
    }

    private static string AddressOf(string database)
    {
        var parts = new NpgsqlConnectionStringBuilder(database);
        return $"postgres://{parts.Username}:{Uri.EscapeDataString(parts.Password ?? "")}@{parts.Host}:{parts.Port}/{parts.Database}";
    }
}
