using System.Text.Json.Nodes;

namespace Libra.Deploy.Infrastructure.Sandboxes.Dependencies;

/// <summary>
/// The programs that a project's own workspaces name in <c>bin</c>. A package manager links to those only that it finds, and takes the
/// interpreter from the first line: that line is all that it gets of them, and the build has the real files in their place.
/// </summary>
internal sealed class WorkspacePrograms
{
    private const int MaxPrograms = 1_000;
    private const int MaxOfManifest = 100;
    private const int MaxLineBytes = 512; // pnpm reads no more of a program, and Linux half of that
    private const string Staged = "node_modules/.programs"; // no file of a project is ever below a node_modules
    private const UnixFileMode Executable =
        UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute |
        UnixFileMode.GroupRead | UnixFileMode.GroupExecute | UnixFileMode.OtherRead | UnixFileMode.OtherExecute;

    private static readonly string[] Manifests = ["package.json", "package.json5", "package.yaml"];

    private readonly SortedDictionary<string, byte[]> _firstLines = new(StringComparer.Ordinal);

    /// <summary>Puts the programs of <see cref="StageIn"/> in their places, as files of the package manager's own user.</summary>
    public static IReadOnlyList<string> PlaceCommand { get; } = ["sh", "-c", $"cp -R {Staged}/. . && rm -r node_modules"];

    /// <summary>Paths in the project, each with its <c>#!</c> line; empty for a program that has none.</summary>
    public IReadOnlyDictionary<string, byte[]> FirstLines => _firstLines;

    /// <param name="source">The project.</param>
    /// <param name="manifests">Paths in the project and contents; what is no package.json of a workspace is passed over.</param>
    public static WorkspacePrograms Read(string source, IReadOnlyDictionary<string, byte[]> manifests)
    {
        // One that is a manifest itself, of whatever form pnpm knows, is there already, or has been left out.
        var named =
            from manifest in manifests
            let folder = Path.GetDirectoryName(manifest.Key)!
            where folder.Length > 0 && Path.GetFileName(manifest.Key) == "package.json"
            from path in Named(source, folder, JsonNode.Parse(manifest.Value)).Take(MaxOfManifest)
            where !Manifests.Contains(Path.GetFileName(path)) && File.Exists(Path.Combine(source, path))
            select path;
        var programs = new WorkspacePrograms();
        foreach (var path in named.Distinct().Take(MaxPrograms)) programs._firstLines[path] = FirstLine(Path.Combine(source, path));
        return programs;
    }

    /// <summary>
    /// Writes them aside, for <see cref="PlaceCommand"/>: npm changes the mode of a program, which only the owner of a file may do, and the
    /// package manager's user is not always the service's.
    /// </summary>
    /// <param name="folder">Of the install, without a node_modules yet.</param>
    public void StageIn(string folder)
    {
        foreach (var (path, line) in _firstLines)
        {
            var target = Path.Combine(folder, Staged, path);
            OrganizationFolders.CreateOpenBelow(folder, Path.GetDirectoryName(target)!);
            File.WriteAllBytes(target, line);
            File.SetUnixFileMode(target, Executable);
        }
    }

    /// <summary>Removes what the command left of the staged ones here, when it ran on another machine.</summary>
    public static void Unstage(string folder)
    {
        var modules = Path.Combine(folder, Path.GetDirectoryName(Staged)!);
        if (Directory.Exists(modules)) Directory.Delete(modules, recursive: true);
    }

    private static IEnumerable<string> Named(string source, string folder, JsonNode? manifest)
    {
        if (manifest is not JsonObject root) return [];
        if (root["bin"] is JsonObject programs) return programs.Select(program => Inside(folder, program.Value)).OfType<string>();
        if (root["bin"] is { } program) return Inside(folder, program) is { } path ? [path] : [];

        return root["directories"] is JsonObject folders && Inside(folder, folders["bin"]) is { } below ? Files(source, below) : [];
    }

    private static IEnumerable<string> Files(string source, string folder)
    {
        var path = Path.Combine(source, folder);
        if (!Directory.Exists(path)) return [];

        return Directory.EnumerateFiles(path, "*", SearchOption.AllDirectories).Take(MaxOfManifest)
            .Select(file => Path.GetRelativePath(source, file));
    }

    /// <summary>Null for what is no path in that folder.</summary>
    private static string? Inside(string folder, JsonNode? named)
    {
        if (named is not JsonValue value || !value.TryGetValue<string>(out var path)) return null;

        // A leading slash is the folder's own, as package managers read it.
        var parts = path.Split('/', StringSplitOptions.RemoveEmptyEntries).Where(part => part != ".").ToList();
        return parts.Count == 0 || parts.Contains("..") || path.Contains('\0') ? null : string.Join('/', [folder, .. parts]);
    }

    private static byte[] FirstLine(string path)
    {
        var start = new byte[MaxLineBytes];
        using var file = File.OpenRead(path);
        var read = start.AsSpan(0, file.ReadAtLeast(start, start.Length, throwOnEndOfStream: false));
        if (!read.StartsWith("#!"u8)) return [];

        // To the first end of a line in anybody's reading: nothing else of the file is handed on.
        var end = read.IndexOfAny((byte)'\r', (byte)'\n');
        return [.. end < 0 ? read : read[..end], (byte)'\n'];
    }
}
