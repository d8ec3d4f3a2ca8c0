using System.Globalization;

namespace Libra.Deploy.Infrastructure.Sandboxes.Bubblewrap;

/// <summary>How <c>launch.sh</c> is called.</summary>
internal static class Launcher
{
    /// <summary>Has what follows killed when the thread that started it ends, with the service at the latest.</summary>
    public static IReadOnlyList<string> DieWithParent { get; } = ["/usr/bin/setpriv", "--pdeathsig", "KILL"];

    /// <param name="tools">Where the script is.</param>
    /// <param name="stage">Folder to make <paramref name="staged"/> visible in; empty for none.</param>
    /// <param name="controlGroupFiles">Joined before anything else.</param>
    /// <param name="descriptors">Numbers for the command, each with the one of this process.</param>
    /// <param name="staged">Paths of this machine.</param>
    /// <param name="file">A file for the command to read, and the number of its descriptor; null for none.</param>
    /// <returns>The line that the command is to be appended to.</returns>
    public static IReadOnlyList<string> Line(
        SandboxToolchain tools,
        string stage,
        IReadOnlyList<string> controlGroupFiles,
        IReadOnlyList<(int Inside, int OfService)> descriptors,
        IReadOnlyList<string> staged,
        (int Inside, string Path)? file = null) =>
    [
        "/bin/sh",
        Path.Combine(tools.Scripts, "launch.sh"),
        Environment.ProcessId.ToString(CultureInfo.InvariantCulture),
        stage,
        .. controlGroupFiles,
        "--",
        .. descriptors.Select(pair => string.Create(CultureInfo.InvariantCulture, $"{pair.Inside}={pair.OfService}")),
        .. file is { } read ? [string.Create(CultureInfo.InvariantCulture, $"{read.Inside}<{read.Path}")] : Array.Empty<string>(),
        "--",
        .. staged,
        "--",
    ];
}
