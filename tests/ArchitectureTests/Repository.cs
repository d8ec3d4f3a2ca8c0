namespace Libra.Deploy.ArchitectureTests;

/// <summary>The checkout that these tests were built from.</summary>
internal static class Repository
{
    public static readonly string Root = Find();

    public static string Read(string path) => File.ReadAllText(Path.Combine(Root, path));

    public static void Write(string path, string text) => File.WriteAllText(Path.Combine(Root, path), text);

    /// <summary>Every file below a folder that people wrote, with its path from the root.</summary>
    public static IReadOnlyList<SourceFile> Files(string folder, string pattern) =>
        [.. Directory.EnumerateFiles(Path.Combine(Root, folder), pattern, SearchOption.AllDirectories)
            .Where(path => !IsMade(path))
            .Order(StringComparer.Ordinal)
            .Select(path => new SourceFile(Path.GetRelativePath(Root, path), File.ReadAllText(path)))];

    /// <summary>Every folder below one that people wrote, with its path from the root.</summary>
    public static IReadOnlyList<string> Folders(string folder) =>
        [.. Directory.EnumerateDirectories(Path.Combine(Root, folder), "*", SearchOption.AllDirectories)
            .Where(path => !IsMade(path + "/"))
            .Select(path => Path.GetRelativePath(Root, path))
            .Order(StringComparer.Ordinal)];

    /// <summary>Every file that people wrote, at the root and below the folders, as a path from the root.</summary>
    public static IReadOnlyList<string> FilePaths(params string[] folders) =>
        [.. folders.SelectMany(folder => Directory.EnumerateFiles(Path.Combine(Root, folder), "*", SearchOption.AllDirectories))
            .Concat(Directory.EnumerateFiles(Root))
            .Where(path => !IsMade(path))
            .Select(path => Path.GetRelativePath(Root, path))];

    private static bool IsMade(string path) =>
        path.Contains("/obj/", StringComparison.Ordinal) || path.Contains("/bin/", StringComparison.Ordinal)
        || path.Contains("/node_modules/", StringComparison.Ordinal) || path.Contains("/Migrations/", StringComparison.Ordinal);

    private static string Find()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Libra.Deploy.sln"))) folder = folder.Parent;
        return folder?.FullName ?? throw new InvalidOperationException("The solution's folder was not found above the tests.");
    }
}

/// <summary>A file of the checkout.</summary>
/// <param name="Path">From the root, with slashes.</param>
internal sealed record SourceFile(string Path, string Text);
