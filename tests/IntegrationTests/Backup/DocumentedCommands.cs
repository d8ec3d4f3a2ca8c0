using System.Diagnostics;
using Libra.Deploy.Infrastructure.Runtime;
using Npgsql;

namespace Libra.Deploy.IntegrationTests.Backup;

/// <summary>The commands that docs/operations.md prints, run by a shell as an operator runs them.</summary>
/// <param name="folder">Where they run: the dump is made here.</param>
internal sealed class DocumentedCommands(string folder)
{
    private static string Document => Path.Combine(Path.GetDirectoryName(RuntimeLayout.Find().Root)!, "docs", "operations.md");

    /// <summary>Runs the one line that begins with the program's name.</summary>
    public async Task RunAsync(string program, string database)
    {
        var lines = await File.ReadAllLinesAsync(Document, TestContext.Current.CancellationToken);
        var command = lines.Should().ContainSingle(line => line.StartsWith(program + " ", StringComparison.Ordinal)).Subject;
        var start = new ProcessStartInfo("bash", ["-c", command]) { WorkingDirectory = folder, RedirectStandardError = true };
        start.Environment["POSTGRES_URL"] = AddressOf(database);
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
