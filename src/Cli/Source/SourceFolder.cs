using System.Formats.Tar;
using Libra.Deploy.Cli.CommandLine;

namespace Libra.Deploy.Cli.Source;

/// <summary>The files of a folder that are to be deployed.</summary>
/// <param name="Files">In the order of their paths.</param>
/// <param name="Links">Paths that were left out because they are symbolic links.</param>
/// <param name="Settings">Paths that were left out because such files hold secrets.</param>
/// <param name="Others">Paths that were left out because they are no files: pipes, sockets, devices.</param>
/// <param name="Bytes">Of all files together.</param>
internal sealed record SourceFolder(
    IReadOnlyList<SourceFile> Files, IReadOnlyList<string> Links, IReadOnlyList<string> Settings, IReadOnlyList<string> Others, long Bytes)
{
    /// <summary>More than any service takes by default: whoever has more has most likely named the wrong folder.</summary>
    public const int MostFiles = 10_000;

    private const long MostBytes = 100L * 1024 * 1024;

    /// <summary>Reads everything that the <c>.gitignore</c> files of the folder and those below it leave.</summary>
    /// <exception cref="CommandException">The folder cannot be read, is empty, or is too large to be meant.</exception>
    public static SourceFolder Read(string folder, CancellationToken cancellationToken)
    {
        var top = new DirectoryInfo(folder);
        if (!top.Exists) throw new CommandException($"There is no folder {top.FullName}.");

        var reading = new Reading(top);
        try
        {
            reading.Walk(top, [], IgnoreRules.None, cancellationToken);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new CommandException($"{top.FullName} cannot be read: {failure.Message}", failure);
        }

        return reading.Files.Count > 0
            ? new SourceFolder(reading.Files, reading.Links, reading.Settings, reading.Others, reading.Bytes)
            : throw new CommandException(
                  $"There is nothing to deploy in {top.FullName}: it is empty, or its .gitignore leaves everything out.");
    }

    private sealed class Reading(DirectoryInfo top)
    {
        public List<SourceFile> Files { get; } = [];

        public List<string> Links { get; } = [];

        public List<string> Settings { get; } = [];

        public List<string> Others { get; } = [];

        public long Bytes { get; private set; }

        public void Walk(DirectoryInfo folder, string[] path, IgnoreRules rules, CancellationToken cancellationToken)
        {
            var ignoreFile = new FileInfo(Path.Combine(folder.FullName, IgnoreRules.FileName));
            if (ignoreFile.Exists && IsRegular(ignoreFile)) rules = rules.With(path.Length, File.ReadLines(ignoreFile.FullName));

            foreach (var entry in folder.EnumerateFileSystemInfos().OrderBy(entry => entry.Name, StringComparer.Ordinal))
            {
                cancellationToken.ThrowIfCancellationRequested();
                string[] inside = [.. path, entry.Name];
                if (NeverSent.HoldsSettings(entry.Name)) Settings.Add(string.Join('/', inside));
                if (NeverSent.Contains(entry.Name) || rules.Ignores(inside, entry is DirectoryInfo)) continue;

                // A link may lead out of the project, or in a circle.
                if (entry.LinkTarget is not null) Links.Add(string.Join('/', inside));
                else if (entry is DirectoryInfo below) Walk(below, inside, rules, cancellationToken);
                else if (!IsRegular((FileInfo)entry)) Others.Add(string.Join('/', inside));
                else Add((FileInfo)entry, string.Join('/', inside));
            }
        }

        // Whoever opens a pipe waits for somebody to write into it. In the framework only the writer of archives tells kinds of files
        // apart before it opens them; those others have no length, so that it is seldom asked.
        private static bool IsRegular(FileInfo file)
        {
            if (file.Length > 0) return true;

            using var archive = new MemoryStream();
            using (var writer = new TarWriter(archive, leaveOpen: true))
            {
                try
                {
                    writer.WriteEntry(file.FullName, file.Name);
                }
                catch (IOException) when (File.Exists(file.FullName))
                {
                    return false; // a socket, for which archives have no word
                }
            }

            archive.Position = 0;
            using var reader = new TarReader(archive);
            return reader.GetNextEntry()?.EntryType is TarEntryType.RegularFile;
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
