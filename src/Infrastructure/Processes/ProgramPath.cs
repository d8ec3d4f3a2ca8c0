namespace Libra.Deploy.Infrastructure.Processes;

/// <summary>Looks programs up as a shell would.</summary>
internal static class ProgramPath
{
    private const UnixFileMode AnyExecute = UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;

    /// <summary>The first executable file of that name on this process's PATH; null when there is none.</summary>
    public static string? Find(string program) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "/usr/local/bin:/usr/bin:/bin")
            .Split(':', StringSplitOptions.RemoveEmptyEntries)
            .Select(folder => Path.GetFullPath(Path.Combine(folder, program)))
            .FirstOrDefault(path => File.Exists(path) && (File.GetUnixFileMode(path) & AnyExecute) != 0);
}
