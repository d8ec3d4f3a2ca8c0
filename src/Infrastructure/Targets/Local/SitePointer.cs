using System.Text.Json;

namespace Libra.Deploy.Infrastructure.Targets.Local;

/// <summary>What is live for a worker; vars and settings are part of the artifact.</summary>
internal sealed record SitePointer(string Digest, string DeploymentId, string? CustomDomain);

/// <summary>The pointers of all sites, a file each: what a restarted service brings back.</summary>
internal sealed class SitePointers(LocalTargetOptions options)
{
    private const string Unfinished = ".tmp";

    private readonly string _folder = Path.Combine(options.Root, "sites");

    public IReadOnlyDictionary<string, SitePointer> Load()
    {
        Directory.CreateDirectory(_folder);
        return Directory.EnumerateFiles(_folder)
            .Where(path => !path.EndsWith(Unfinished, StringComparison.Ordinal))
            .ToDictionary(path => Path.GetFileName(path), Read, StringComparer.Ordinal);
    }

    /// <summary>Workers that have a pointer.</summary>
    public IReadOnlyCollection<string> Names() => !Directory.Exists(_folder)
        ? []
        : [.. Directory.EnumerateFiles(_folder).Select(path => Path.GetFileName(path)!)
            .Where(name => !name.EndsWith(Unfinished, StringComparison.Ordinal))];

    public void Save(string worker, SitePointer pointer)
    {
        Directory.CreateDirectory(_folder);
        var path = Path.Combine(_folder, worker);
        using (var file = new FileStream(path + Unfinished, FileMode.Create, FileAccess.Write))
        {
            JsonSerializer.Serialize(file, pointer, JsonSerializerOptions.Web);
            file.Flush(flushToDisk: true); // or a crash of the machine could leave an empty file under the final name
        }

        File.Move(path + Unfinished, path, overwrite: true);
    }

    public void Remove(string worker) => File.Delete(Path.Combine(_folder, worker));

    private static SitePointer Read(string path) =>
        JsonSerializer.Deserialize<SitePointer>(File.ReadAllText(path), JsonSerializerOptions.Web)
        ?? throw new InvalidDataException($"{path} does not say what is live.");
}
