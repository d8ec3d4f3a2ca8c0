using System.Collections.Concurrent;
using System.IO.Enumeration;
using ErrorOr;
using Libra.Deploy.Application.Projects.Source;

namespace Libra.Deploy.Infrastructure.Projects;

/// <summary>Templates that lie in one folder each, read once and kept: they change only with the service itself.</summary>
/// <remarks>A name from a client is only ever compared with the folders that are there: it never becomes a path.</remarks>
internal sealed class FolderProjectTemplates : IProjectTemplates
{
    // What trying a template out leaves behind, besides what no build ever takes.
    private static readonly string[] BuildLeftovers = ["dist", ".out", ".tsbuild"];

    private readonly Dictionary<string, string> _folders;
    private readonly ConcurrentDictionary<string, IReadOnlyList<SourceFile>> _loaded = new(StringComparer.Ordinal);

    /// <exception cref="DirectoryNotFoundException">The folder is missing: the installation is incomplete.</exception>
    public FolderProjectTemplates(string templatesDirectory)
    {
        _folders = Directory.GetDirectories(templatesDirectory).ToDictionary(folder => Path.GetFileName(folder), StringComparer.Ordinal);
        Names = [.. _folders.Keys.Order(StringComparer.Ordinal)];
    }

    public IReadOnlyList<string> Names { get; }

    public async Task<ErrorOr<IReadOnlyList<SourceFile>>> LoadAsync(string templateType, CancellationToken cancellationToken)
    {
        if (!_folders.TryGetValue(templateType, out var folder)) return SourceErrors.UnknownTemplate(templateType, Names);

        // Two first callers may both read the folder; they read the same.
        if (!_loaded.TryGetValue(templateType, out var files))
        {
            files = _loaded.GetOrAdd(templateType, await ReadAsync(folder, cancellationToken));
        }

        return ErrorOrFactory.From(files);
    }

    private static async Task<IReadOnlyList<SourceFile>> ReadAsync(string folder, CancellationToken cancellationToken)
    {
        var files = new List<SourceFile>();
        foreach (var path in FilesBelow(folder).Order(StringComparer.Ordinal))
        {
            var content = await File.ReadAllBytesAsync(path, cancellationToken);
            files.Add(new SourceFile(Path.GetRelativePath(folder, path), content));
        }

        return files;
    }

    private static FileSystemEnumerable<string> FilesBelow(string folder)
    {
        // The default would skip hidden files, such as .gitignore.
        var options = new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.ReparsePoint };
        return new FileSystemEnumerable<string>(folder, (ref FileSystemEntry entry) => entry.ToFullPath(), options)
        {
            ShouldIncludePredicate = (ref FileSystemEntry entry) => !entry.IsDirectory && IsWanted(entry.FileName),
            ShouldRecursePredicate = (ref FileSystemEntry entry) => IsWanted(entry.FileName),
        };
    }

    private static bool IsWanted(ReadOnlySpan<char> fileName)
    {
        var name = fileName.ToString();
        return !ExcludedPaths.IsAlwaysExcluded(name) && !BuildLeftovers.Contains(name, StringComparer.Ordinal);
    }
}
