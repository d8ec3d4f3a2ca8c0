using System.Globalization;

namespace Libra.Deploy.IntegrationTests.Sandboxes;

/// <summary>Finds what still runs on this machine, inside whatever namespace.</summary>
internal static class HostProcesses
{
    public static IReadOnlyList<int> With(string marker) =>
        [.. Directory.EnumerateDirectories("/proc").Select(Path.GetFileName).Select(name => int.TryParse(name, out var id) ? id : 0)
            .Where(id => id > 0 && CommandLine(id).Contains(marker))];

    /// <summary>
    /// The Linux users, as this machine counts them, of the processes whose command line is exactly this; each once, since a shell that
    /// is about to start a program is there twice for a moment.
    /// </summary>
    public static IReadOnlyList<int> UsersOf(string commandLine) =>
        [.. With(commandLine).Where(id => Read(id, "cmdline") == commandLine + '\0')
            .Select(id => Read(id, "status").Split("Uid:\t")).Where(status => status.Length > 1)
            .Select(status => int.Parse(status[1].Split('\t')[0], CultureInfo.InvariantCulture)).Distinct()];

    private static string CommandLine(int id) => Read(id, "cmdline");

    private static string Read(int id, string file)
    {
        try
        {
            return File.ReadAllText($"/proc/{id}/{file}");
        }
        catch (IOException)
        {
            // It ended between listing and reading.
            return "";
        }
    }
}
