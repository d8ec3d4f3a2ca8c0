using System.Diagnostics;

namespace Libra.Deploy.Infrastructure.Processes;

/// <summary>How a short helper program ended.</summary>
internal sealed record ToolResult(int ExitCode, string Output, string Error)
{
    public bool Succeeded => ExitCode == 0;
}

/// <summary>Runs small programs of the operating system to their end.</summary>
internal static class Tool
{
    // The service's other settings are secrets as often as not, and some tools run as another user.
    private static readonly string[] Kept = [
        "PATH", "HOME", "TMPDIR", "APT_CONFIG", "http_proxy", "https_proxy", "no_proxy", "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY"];

    /// <summary>Runs the program in the root folder, with no input and in the C locale, so that its messages can be read by code.</summary>
    /// <exception cref="System.ComponentModel.Win32Exception">There is no such program.</exception>
    public static async Task<ToolResult> RunAsync(
        IReadOnlyList<string> line, CancellationToken cancellationToken, string workingDirectory = "/")
    {
        var start = new ProcessStartInfo(line[0], line.Skip(1))
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = workingDirectory,
        };
        foreach (var name in start.Environment.Keys.Except(Kept).ToArray()) start.Environment.Remove(name);
        start.Environment["LC_ALL"] = "C";
        using var process = Process.Start(start)!;
        process.StandardInput.Close();
        var output = process.StandardOutput.ReadToEndAsync(CancellationToken.None);
        var error = process.StandardError.ReadToEndAsync(CancellationToken.None);
        try
        {
            await process.WaitForExitAsync(cancellationToken);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw;
        }

        return new ToolResult(process.ExitCode, await output, await error);
    }

    /// <summary>Runs the program and gives its output.</summary>
    /// <exception cref="InvalidOperationException">It ended with another code than zero; the message holds what it wrote.</exception>
    public static async Task<string> RequireAsync(
        IReadOnlyList<string> line, CancellationToken cancellationToken, string workingDirectory = "/")
    {
        var result = await RunAsync(line, cancellationToken, workingDirectory);
        return result.Succeeded
            ? result.Output
            : throw new InvalidOperationException(
                  $"{Path.GetFileName(line[0])} failed with code {result.ExitCode}: {result.Error.Trim()} {result.Output.Trim()}".Trim());
    }
}
