using Libra.Deploy.Application.Projects.Source;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Libra.Deploy.Application.Deployments.Pipeline;
using Libra.Deploy.Application.Deployments.Pipeline.Lockfiles;

namespace Libra.Deploy.Infrastructure.Sandboxes.Dependencies;

/// <summary>The only files of a project that its package manager gets to see: manifests, lock file and patches.</summary>
/// <remarks>Settings such as .npmrc, bunfig.toml, .yarnrc or .pnpmfile.cjs are left out: they choose registries, and some are
/// code.</remarks>
internal sealed class InstallInputs
{
    private const int MaxManifests = 500;
    private const int MaxManifestBytes = 1 << 20;
    private const int MaxPatches = 500;

    private readonly SortedDictionary<string, byte[]> _files = new(StringComparer.Ordinal);
    private readonly List<string> _problems = [];

    private InstallInputs(PackageManager manager) => Manager = manager;

    public PackageManager Manager { get; }

    /// <summary>Reasons not to install at all, each a sentence.</summary>
    public IReadOnlyList<string> Problems => _problems;

    /// <summary>Folders that may get a node_modules: the project's own, "", and those of its workspaces.</summary>
    public IReadOnlyList<string> PackageFolders { get; private set; } = [];

    /// <summary>The lock file's text; null while there is none.</summary>
    public string? Lock { get; private set; }

    /// <summary>False when the project names no manifest, so that there is nothing to install.</summary>
    public bool HasManifest => PackageFolders.Count > 0;

    public string LockName => Manager switch
    {
        PackageManager.Bun => "bun.lock",
        PackageManager.Npm => "package-lock.json",
        PackageManager.Pnpm => "pnpm-lock.yaml",
        _ => throw new InvalidOperationException($"{Manager} is not supported."),
    };

    public static InstallInputs Read(string source, PackageManager manager)
    {
        var inputs = new InstallInputs(manager);
        inputs.ReadManifests(source);
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
        else Lock = File.ReadAllText(file.FullName);
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

        Append(Encoding.UTF8.GetBytes(Lock ?? ""));
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    /// <summary>Writes the files to a fresh folder.</summary>
    public void WriteTo(string folder)
    {
        foreach (var (path, content) in _files)
        {
            var target = Path.Combine(folder, path);
            for (var parent = Path.GetDirectoryName(target)!; parent != folder; parent = Path.GetDirectoryName(parent)!)
                OrganizationFolders.CreateOpen(parent);
            File.WriteAllBytes(target, content);
        }

        if (Lock is not null) File.WriteAllText(Path.Combine(folder, LockName), Lock);
    }

    private void ReadManifests(string source)
    {
        var root = Path.Combine(source, "package.json");
        if (!File.Exists(root)) return;

        AddManifest(source, "package.json");
        var settings = Path.Combine(source, "pnpm-workspace.yaml");
        if (Manager == PackageManager.Pnpm && File.Exists(settings))
            _files["pnpm-workspace.yaml"] = PnpmWorkspace.WithoutSettings(File.ReadAllText(settings));
        if (HasWorkspaces(source))
        {
            // All of them rather than those that the globs name: the package manager picks, and more cannot harm.
            var nested = Directory.EnumerateFiles(source, "package.json", SearchOption.AllDirectories)
                .Where(path => path != root).Take(MaxManifests + 1).ToList();
            if (nested.Count > MaxManifests) _problems.Add($"The project has more than {MaxManifests} workspaces.");
            else nested.ForEach(path => AddManifest(source, Path.GetRelativePath(source, path)));
        }

        PackageFolders = [
            .. _files.Keys.Where(path => Path.GetFileName(path) == "package.json").Select(path => Path.GetDirectoryName(path)!)];
    }

    private bool HasWorkspaces(string source) =>
        _files.ContainsKey("pnpm-workspace.yaml")
        || (_files.TryGetValue("package.json", out var manifest) && JsonNode.Parse(manifest) is JsonObject root
            && root.ContainsKey("workspaces"));

    private void AddManifest(string source, string path)
    {
        var file = Path.Combine(source, path);
        if (new FileInfo(file).Length > MaxManifestBytes)
        {
            _problems.Add($"{path} is larger than {MaxManifestBytes >> 20} MiB.");
            return;
        }

        try
        {
            var manifest = WithoutRepetitions(JsonElement.Parse(File.ReadAllText(file)));
            // Nothing that runs, and nothing that makes the pinned package manager fetch another one in its place.
            foreach (var name in (string[])["scripts", "packageManager", "devEngines"]) (manifest as JsonObject)?.Remove(name);
            var written = manifest?.ToJsonString() ?? "null";
            _problems.AddRange(DependencyRules.Problems(path, JsonElement.Parse(written)));
            _files[path] = Encoding.UTF8.GetBytes(written);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException) // the latter for half of a surrogate pair
        {
            _problems.Add($"{path} cannot be read: {e.Message}");
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
                return JsonNode.Parse(element.GetRawText());
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
