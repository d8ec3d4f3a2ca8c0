using System.Globalization;

namespace Libra.Deploy.IntegrationTests;

/// <summary>
/// The temporary folder of one run of the tests. Processes that a test kills cannot clean up behind themselves, so what is left of them
/// goes with the folder.
/// </summary>
internal sealed class RunFolder : IDisposable
{
    private const string Prefix = "libra-tests-";
    private const string Variable = "TMPDIR";
    private const UnixFileMode OpenToAll = (UnixFileMode)0b1_111_111_111; // as the system's own: PostgreSQL runs as another user
    private readonly DirectoryInfo _folder;

    public RunFolder()
    {
        var parent = Path.GetTempPath();
        RemoveThoseOfDeadRuns(parent);
        _folder = Directory.CreateDirectory(Path.Combine(parent, $"{Prefix}{Environment.ProcessId}"));
        File.SetUnixFileMode(_folder.FullName, OpenToAll);
        Environment.SetEnvironmentVariable(Variable, _folder.FullName);
    }

    public void Dispose() => Remove(_folder.FullName);

    private static void RemoveThoseOfDeadRuns(string parent)
    {
        foreach (var folder in Directory.EnumerateDirectories(parent, $"{Prefix}*"))
        {
            if (IsOfDeadRun(Path.GetFileName(folder)[Prefix.Length..])) Remove(folder);
        }
    }

    private static bool IsOfDeadRun(string owner) =>
        int.TryParse(owner, NumberStyles.None, CultureInfo.InvariantCulture, out var process) && !Directory.Exists($"/proc/{process}");

    private static void Remove(string folder)
    {
        try
        {
            Directory.Delete(folder, recursive: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // The tests have had their say; the next run tries again.
            Console.Error.WriteLine($"{folder} stays: {e.Message}");
        }
    }
}
