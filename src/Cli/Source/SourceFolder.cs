using Libra.Deploy.Cli.CommandLine;

namespace Libra.Deploy.Cli.Source;

/// <summary>The files of a folder that are to be deployed.</summary>
/// <param name="Files">In the order of their paths.</param>
/// <param name="Links">Paths that were left out because they are symbolic links.</param>
/// <param name="Settings">Paths that were left out because such files hold secrets.</param>
/// <param name="Bytes">Of all files together.</param>
internal sealed record SourceFolder(IReadOnlyList<SourceFile> Files, IReadOnlyList<string> Links, IReadOnlyList<string> Settings, long Bytes)
{
    /// <summary>More than any service takes by default: whoever has more has most likely named the wrong folder.</summary>
    public const int MostFiles = 10_000;

    private const long MostBytes = 100L * 1024 * 1024;

    /// <summary>Reads everything that the <c>.gitignore</c> files of the folder and those below it leave.</summary>
    /// <exception cref="CommandException">The folder cannot be read, is empty, or is too large to be meant.</exception>
    public static SourceFolder Read(string folder)
    {
        var top = new DirectoryInfo(folder);
        if (!top.Exists) throw new CommandException($"There is no folder {top.FullName}.");

        var reading = new Reading(top);
        try
        {
            reading.Walk(top, [], IgnoreRules.None);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new CommandException($"{top.FullName} cannot be read: {failure.Message}", failure);
        }

        return reading.Files.Count > 0
            ? new SourceFolder(reading.Files, reading.Links, reading.Settings, reading.Bytes)
            : throw new CommandException(
                  $"There is nothing to deploy in {top.FullName}: it is empty, or its .gitignore leaves everything out.");
    }

    private sealed class Reading(DirectoryInfo top)
    {
        public List<SourceFile> Files { get; } = [];

        public List<string> Links { get; } = [];

        public List<string> Settings { get; } = [];

        public long Bytes { get; private set; }

        public void Walk(DirectoryInfo folder, string[] path, IgnoreRules rules)
        {
            var ignoreFile = Path.Combine(folder.FullName, IgnoreRules.FileName);
            if (File.Exists(ignoreFile)) rules = rules.With(path.Length, File.ReadLines(ignoreFile));

            foreach (var entry in folder.EnumerateFileSystemInfos().OrderBy(entry => entry.Name, StringComparer.Ordinal))
            {
                string[] inside = [.. path, entry.Name];
                if (NeverSent.HoldsSettings(entry.Name)) Settings.Add(string.Join('/', inside));
                if (NeverSent.Contains(entry.Name) || rules.Ignores(inside, entry is DirectoryInfo)) continue;

                // A link may lead out of the project, or in a circle.
                if (entry.LinkTarget is not null) Links.Add(string.Join('/', inside));
                else if (entry is DirectoryInfo below) Walk(below, inside, rules);
                else Add((FileInfo)entry, string.Join('/', inside));
            }
        }

        private void Add(FileInfo file, string path)
        {
            Bytes += file.Length;
            if (Files.Count == MostFiles || Bytes > MostBytes)
                throw new CommandException(
                    $"{top.FullName} has more than {MostFiles:N0} files or {MostBytes / 1024 / 1024} MiB. "
                    + $"Is it the right folder? A {IgnoreRules.FileName} can leave parts out.");

            Files.Add(SourceFile.Of(path, File.ReadAllBytes(file.FullName)));
        }
    }
}
