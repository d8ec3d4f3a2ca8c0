using System.Globalization;

namespace Libra.Deploy.Infrastructure.Embedded;

/// <summary>PostgreSQL's <c>postmaster.pid</c>: who serves a data folder, and whether it is ready.</summary>
internal sealed class PostmasterFile(string dataFolder)
{
    private const int StatusLine = 7;

    private readonly string _path = Path.Combine(dataFolder, "postmaster.pid");

    public bool SaysReady => Lines() is { Length: > StatusLine } lines && lines[StatusLine].Trim() == "ready";

    /// <summary>The process that serves the folder now; null when the file is absent or left over from a dead one.</summary>
    public int? RunningServer() =>
        Lines() is [var first, ..] && int.TryParse(first, CultureInfo.InvariantCulture, out var id) && Serves(id) ? id : null;

    public void Delete() => File.Delete(_path);

    private string[] Lines()
    {
        try
        {
            return File.ReadAllLines(_path);
        }
        catch (IOException)
        {
            // Not written yet, or just removed: both mean that nobody says anything.
            return [];
        }
    }

    /// <summary>The number may meanwhile belong to an unrelated program, so its command line decides.</summary>
    private bool Serves(int process)
    {
        try
        {
            var line = File.ReadAllText($"/proc/{process}/cmdline").Split('\0');
            return Path.GetFileName(line[0]) == "postgres" && line.Contains(dataFolder);
        }
        catch (IOException)
        {
            // No such process any more.
            return false;
        }
    }
}
