using Libra.Deploy.Infrastructure.Processes;

namespace Libra.Deploy.Infrastructure.Sandboxes.Bubblewrap;

/// <summary>Which bubblewrap a program is.</summary>
internal static class BubblewrapVersion
{
    /// <summary>The first that knows <c>--disable-userns</c>, without which project code could make itself a root of its own.</summary>
    public static readonly Version Oldest = new(0, 8);

    /// <summary>Reads what <c>bwrap --version</c> prints; null when it is something else.</summary>
    public static Version? Parse(string output) =>
        output.Trim().Split(' ') is ["bubblewrap", var number] && Version.TryParse(number, out var version) ? version : null;

    /// <summary>The version of the program; null when it does not run.</summary>
    public static async Task<Version?> OfAsync(string program, CancellationToken cancellationToken)
    {
        var result = await Tool.RunAsync([program, "--version"], cancellationToken);
        return result.Succeeded ? Parse(result.Output) : null;
    }
}
