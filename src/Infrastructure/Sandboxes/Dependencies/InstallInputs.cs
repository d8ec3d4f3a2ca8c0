using Libra.Deploy.Application.Projects.Source;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Libra.Deploy.Application.Deployments.Pipeline;
using Libra.Deploy.Application.Deployments.Pipeline.Lockfiles;

namespace Libra.Deploy.Infrastructure.Sandboxes.Dependencies;

/// <summary>The only files of a project that its package manager gets to see: manifests, lock file, patches, and of the
/// workspaces' own programs the first line.</summary>
/// <remarks>Settings such as .npmrc, bunfig.toml, .yarnrc or .pnpmfile.cjs are left out: they choose registries, and some are
/// code.</remarks>
internal sealed class InstallInputs
{
    private const int MaxManifests = 500;
    private const int MaxManifestBytes = 1 << 20;
    private const int MaxPatches = 500;
    private const int MaxWorkspaceBytes = 256 << 10; // of a pnpm-workspace.yaml; one of hundreds of packages has a tenth of it

    private readonly SortedDictionary<string, byte[]> _files = new(StringComparer.Ordinal);
    private readonly List<string> _problems = [];

    private InstallInputs(PackageManager manager, string lockName, IReadOnlyList<string> ignoredLocks) =>
        (Manager, LockName, IgnoredLocks) = (manager, lockName, ignoredLocks);

    public PackageManager Manager { get; }

    /// <summary>Reasons not to install at all, each a sentence.</summary>
    public IReadOnlyList<string> Problems => _problems;

    /// <summary>Folders that may get a node_modules: the project's own, "", and those of its workspaces.</summary>
    public IReadOnlyList<string> PackageFolders { get; private set; } = [];

    /// <summary>The lock file's text; null while there is none.</summary>
    public string? Lock { get; private set; }

    /// <summary>Not among the files of <see cref="WriteTo"/>: they are needed for linking only.</summary>
    public WorkspacePrograms Programs { get; private set; } = new();

    /// <summary>False when the project names no manifest, so that there is nothing to install.</summary>
    public bool HasManifest => PackageFolders.Count > 0;

    /// <summary>The lock file that counts: the project's own, or the one that the package manager will make.</summary>
    public string LockName { get; }

    /// <summary>The project's other lock files, which say nothing here.</summary>
    public IReadOnlyList<string> IgnoredLocks { get; }

    public static InstallInputs Read(string source, PackageManager manager)
    {
        var present = DependencyLocks.Names.Where(name => File.Exists(Path.Combine(source, name))).ToList();
        var own = DependencyLocks.Of(manager);
        var used = own.FirstOrDefault(present.Contains) ?? own[^1];
        var inputs = new InstallInputs(manager, used, [.. present.Where(name => name != used)]);
        inputs.ReadManifests(source);
        inputs.Programs = WorkspacePrograms.Read(source, inputs._files);
        inputs.ReadPatches(source);
        inputs.TryReadLock(source);
        return inputs;
    }

    /// <summary>
    /// Takes the lock file of a folder: the project's own, or one that its package manager has just made, which is as untrusted.
    /// </summary>
    /// <returns>False when there is none.</returns>
    public bool TryReadLock(string folder)
    {
        var file = new FileInfo(Path.Combine(folder, LockName));
        if (!file.Exists) return false;

        if (file.LinkTarget is not null || file.Length > LockfileRules.MaxBytes)
            _problems.Add($"{LockName} is not a file of up to {LockfileRules.MaxBytes >> 20} MiB.");
        else Lock = LockfileRules.ProjectsOwn(Manager, File.ReadAllText(file.FullName));
        return true;
    }

    /// <summary>Names the installed result: same tool, same inputs, same key.</summary>
    public string Key(string toolVersion)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        void Append(ReadOnlySpan<byte> data)
        {
            // Length first, so that no two lists of inputs run together to the same bytes.
            hash.AppendData(BitConverter.GetBytes(data.Length));
            hash.AppendData(data);
        }

        Append(Encoding.UTF8.GetBytes($"{Manager} {toolVersion}"));
        // Made while installing: what an earlier version of the service has stored lacks the ones that are new.
        foreach (var name in InstalledDependencies.WritableFolders.Keys) Append(Encoding.UTF8.GetBytes(name));
        foreach (var (path, content) in _files)
        {
            Append(Encoding.UTF8.GetBytes(path));
            Append(content);
        }

        foreach (var (path, line) in Programs.FirstLines)
        {
            Append(Encoding.UTF8.GetBytes($"program {path}"));
            Append(line);
        }

        Append(Encoding.UTF8.GetBytes(Lock ?? ""));
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    /// <summary>Writes the files to a fresh folder.</summary>
    public void WriteTo(string folder)
    {
        foreach (var (path, content) in _files)
        {
            var target = Path.Combine(folder, path);
            OrganizationFolders.CreateOpenBelow(folder, Path.GetDirectoryName(target)!);
            File.WriteAllBytes(target, content);
        }

        if (Lock is not null) File.WriteAllText(Path.Combine(folder, LockName), Lock);
    }

    private void ReadManifests(string source)
    {
        var root = Path.Combine(source, "package.json");
        if (!File.Exists(root)) return;

        AddManifest(source, "package.json");
        if (Manager == PackageManager.Pnpm) AddPnpmWorkspace(new FileInfo(Path.Combine(source, PnpmWorkspace.FileName)));
        if (Workspaces() is { } workspaces) ReadNested(source, workspaces);
        if (Manager == PackageManager.Pnpm) MoveSettings();

        PackageFolders = [
            .. _files.Keys.Where(path => Path.GetFileName(path) == "package.json").Select(path => Path.GetDirectoryName(path)!)];
    }

    private void AddPnpmWorkspace(FileInfo settings)
    {
        if (!settings.Exists) return;

        if (settings.Length > MaxWorkspaceBytes) _problems.Add($"{settings.Name} is larger than {MaxWorkspaceBytes >> 10} KiB.");
        else _files[settings.Name] = PnpmWorkspace.WithoutSettings(File.ReadAllText(settings.FullName));
    }

    /// <summary>
    /// Where pnpm reads them now: what <c>pnpm</c> in <c>package.json</c> said to earlier versions about which packages there are would be
    /// passed over, and others installed.
    /// </summary>
    private void MoveSettings()
    {
        if (!_files.TryGetValue("package.json", out var content)) return;
        if (JsonNode.Parse(content) is not JsonObject manifest || manifest["pnpm"] is not JsonObject settings) return;

        manifest.Remove("pnpm");
        _files["package.json"] = Encoding.UTF8.GetBytes(manifest.ToJsonString());
        var workspace = _files.TryGetValue(PnpmWorkspace.FileName, out var known) ? Encoding.UTF8.GetString(known) : string.Empty;
        var completed = PnpmWorkspace.With(workspace, settings);
        if (completed.Length > 0) _files[PnpmWorkspace.FileName] = Encoding.UTF8.GetBytes(completed);
    }

    /// <summary>Null for a project that is one package.</summary>
    private WorkspacePatterns? Workspaces()
    {
        if (_files.TryGetValue(PnpmWorkspace.FileName, out var settings))
            return WorkspacePatterns.OfPnpm(Encoding.UTF8.GetString(settings));

        return _files.TryGetValue("package.json", out var manifest)
            && JsonNode.Parse(manifest) is JsonObject root && root.TryGetPropertyValue("workspaces", out var workspaces)
                ? WorkspacePatterns.OfManifest(workspaces)
                : null;
    }

    /// <summary>
    /// Manifests that no pattern names are examples, templates and fixtures: what is wrong with one is no reason to refuse the project.
    /// The others of them go along, because the patterns are the package manager's to read, and more cannot harm.
    /// </summary>
    private void ReadNested(string source, WorkspacePatterns workspaces)
    {
        var nested = Directory.EnumerateFiles(source, "package.json", SearchOption.AllDirectories)
            .Select(path => Path.GetRelativePath(source, path)).Where(path => path != "package.json")
            .ToLookup(path => workspaces.Names(Path.GetDirectoryName(path)!));
        var (named, others) = (nested[true].ToList(), nested[false].Order(StringComparer.Ordinal).ToList());
        if (named.Count > MaxManifests)
        {
            _problems.Add($"The project has more than {MaxManifests} workspaces.");
            return;
        }

        named.ForEach(path => AddManifest(source, path));
        foreach (var path in others.Take(MaxManifests - named.Count))
        {
            if (ReadManifest(source, path, out var content).Count == 0) _files[path] = content;
        }
    }

    private void AddManifest(string source, string path)
    {
        var problems = ReadManifest(source, path, out var content);
        // Thousands would say no more than the first.
        _problems.AddRange(problems.Take(Math.Max(LockfileRules.MaxProblems - _problems.Count, 0)));
        // One that cannot be read has no content to go on with.
        if (content.Length > 0) _files[path] = content;
    }

    /// <summary>What of a manifest its package manager gets, and every reason not to give it.</summary>
    private static List<string> ReadManifest(string source, string path, out byte[] content)
    {
        content = [];
        var file = Path.Combine(source, path);
        if (new FileInfo(file).Length > MaxManifestBytes) return [$"{path} is larger than {MaxManifestBytes >> 20} MiB."];

        var text = File.ReadAllText(file);
        if (JsonSize.Problem(path, text, JsonSize.MaxOfManifest) is { } problem) return [problem];

        try
        {
            var manifest = WithoutRepetitions(JsonElement.Parse(text));
            // Nothing that runs, and nothing that makes the pinned package manager fetch another one in its place, or refuse.
            foreach (var name in (string[])["scripts", "packageManager", "devEngines"]) (manifest as JsonObject)?.Remove(name);
            ((manifest as JsonObject)?["engines"] as JsonObject)?.Remove("pnpm");
            var written = manifest?.ToJsonString() ?? "null";
            content = Encoding.UTF8.GetBytes(written);
            return [.. DependencyRules.Problems(path, JsonElement.Parse(written)).Take(LockfileRules.MaxProblems)];
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException) // the latter for half of a surrogate pair
        {
            return [$"{path} cannot be read: {e.Message}"];
        }
    }

    /// <summary>
    /// A name that stands twice in an object happens to people and is no reason to refuse. The last counts, as for Node; bun takes the
    /// first, so that what it gets must have one only: the one that was checked.
    /// </summary>
    private static JsonNode? WithoutRepetitions(JsonElement element)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.Object:
                var once = new JsonObject();
                foreach (var property in element.EnumerateObject()) once[property.Name] = WithoutRepetitions(property.Value);
                return once;
            case JsonValueKind.Array:
                return new JsonArray([.. element.EnumerateArray().Select(WithoutRepetitions)]);
            default:
                return JsonValue.Create(element); // refers to what is read already
        }
    }

    private void ReadPatches(string source)
    {
        var folder = Path.Combine(source, "patches");
        if (!Directory.Exists(folder)) return;

        foreach (var file in Directory.EnumerateFiles(folder, "*.patch", SearchOption.AllDirectories).Take(MaxPatches))
        {
            _files[Path.GetRelativePath(source, file)] = File.ReadAllBytes(file);
        }
    }
}
