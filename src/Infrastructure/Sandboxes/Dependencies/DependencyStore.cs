using System.Text.Json;
using Libra.Deploy.Infrastructure.Processes;

namespace Libra.Deploy.Infrastructure.Sandboxes.Dependencies;

/// <summary>
/// Keeps finished node_modules of one organization: moved into place whole, never written again, removed only when nobody uses them.
/// </summary>
/// <remarks>
/// Safe between processes: a user holds a shared lock on the entry, eviction needs it alone. Lock files stay, since removing one breaks
/// the lock. Nothing is flushed to the disk, which would take longer than the install of a large project: instead an entry from before
/// the machine last started is measured, and goes when a power loss took something of it.
/// </remarks>
internal sealed class DependencyStore(string folder, long maxBytes, TimeProvider clock)
{
    private const string Description = "entry.json";
    private const char Doomed = '.'; // between the key, which has none, and what a name that is being removed gets

    private static readonly string Boot = ReadBoot();

    /// <summary>The stored dependencies, held against eviction until disposed; null when there are none under this key.</summary>
    public InstalledDependencies? TryUse(string key)
    {
        if (LockFile.TryShare(LockPath(key)) is not { } held) return null;

        var entry = Path.Combine(folder, key);
        if (Describe(entry) is not { } description || !IsWhole(entry, description))
        {
            held.Dispose();
            if (Directory.Exists(entry)) TryRemove(key);
            return null;
        }

        File.SetLastWriteTimeUtc(LockPath(key), clock.GetUtcNow().UtcDateTime);
        return new InstalledDependencies(entry, description.Folders, held);
    }

    /// <summary>Moves what an install made to its place; when another install was faster, takes that one's.</summary>
    /// <param name="key">Name of the entry.</param>
    /// <param name="installed">Folder of the install, in the same filesystem.</param>
    /// <param name="packageFolders">Folders below it that may have a node_modules.</param>
    public InstalledDependencies Add(string key, string installed, IEnumerable<string> packageFolders)
    {
        var prepared = installed + ".done";
        Directory.CreateDirectory(prepared);
        List<string> folders = [];
        foreach (var package in packageFolders)
        {
            var modules = Path.Combine(installed, package, "node_modules");
            if (!Directory.Exists(modules) || new DirectoryInfo(modules).LinkTarget is not null) continue;

            folders.Add(package);
            Directory.CreateDirectory(Path.Combine(prepared, package));
            Directory.Move(modules, Path.Combine(prepared, package, "node_modules"));
            PrepareMountPoints(Path.Combine(prepared, package, "node_modules"));
        }

        var description = new EntryDescription(SizeOf(prepared), folders, Boot);
        File.WriteAllText(Path.Combine(prepared, Description), JsonSerializer.Serialize(description));
        Place(prepared, Path.Combine(folder, key));
        return TryUse(key) ?? throw new IOException(
            $"Stored dependencies {key} were removed by another process; another try installs them again.");
    }

    /// <summary>Removes what cannot be used, and then the entries unused for longest until the rest fits.</summary>
    public void Trim()
    {
        RemoveUnusable();
        long total = 0;
        foreach (var entry in Entries().OrderByDescending(entry => entry.LastUsed))
        {
            total += entry.Bytes;
            if (total > maxBytes && TryRemove(entry.Key)) total -= entry.Bytes;
        }
    }

    /// <summary>What is stored and can be used.</summary>
    public IEnumerable<DependencyEntry> Entries() =>
        from path in Directory.EnumerateDirectories(folder)
        let key = Path.GetFileName(path)
        where !key.Contains(Doomed)
        let description = Describe(path)
        where description is not null
        select new DependencyEntry(key, description.Bytes, File.GetLastWriteTimeUtc(LockPath(key)));

    /// <summary>True when nobody uses the entry at this moment.</summary>
    public bool IsUnused(string key)
    {
        using var alone = LockFile.TryTake(LockPath(key));
        return alone is not null;
    }

    /// <summary>Removes an entry; false when somebody uses it.</summary>
    public bool TryRemove(string key)
    {
        using var alone = LockFile.TryTake(LockPath(key));
        if (alone is null) return false;

        var entry = Path.Combine(folder, key);
        if (!Directory.Exists(entry)) return true; // another process was faster

        // Renamed first: a half-deleted entry must never be found under its key.
        var doomed = $"{entry}{Doomed}{Guid.NewGuid():N}";
        Directory.Move(entry, doomed);
        Directory.Delete(doomed, recursive: true);
        return true;
    }

    /// <summary>Removes what a killed process left half removed, and what a power loss left without a description.</summary>
    public void RemoveUnusable()
    {
        foreach (var path in Directory.EnumerateDirectories(folder).ToList())
        {
            var name = Path.GetFileName(path);
            if (name.Contains(Doomed)) FinishRemoval(path, name[..name.IndexOf(Doomed)]);
            else if (Describe(path) is null) TryRemove(name);
        }
    }

    private void FinishRemoval(string path, string key)
    {
        // Held by who removes it now.
        using var alone = LockFile.TryTake(LockPath(key));
        if (alone is not null && Directory.Exists(path)) Directory.Delete(path, recursive: true);
    }

    private string LockPath(string key) => Path.Combine(folder, key + ".lock");

    private static void Place(string prepared, string target)
    {
        try
        {
            Directory.Move(prepared, target);
        }
        catch (IOException) when (Directory.Exists(target))
        {
            // Two deployments installed the same at once; either result will do.
            Directory.Delete(prepared, recursive: true);
        }
    }

    /// <summary>Makes the folders that build tools write below node_modules, over which a build gets small ones of its own.</summary>
    private static void PrepareMountPoints(string modules)
    {
        foreach (var name in InstalledDependencies.WritableFolders.Keys) Directory.CreateDirectory(Path.Combine(modules, name));
    }

    /// <summary>Null when there is no such entry, or a power loss took its description.</summary>
    private static EntryDescription? Describe(string entry)
    {
        try
        {
            return JsonSerializer.Deserialize<EntryDescription>(File.ReadAllText(Path.Combine(entry, Description)));
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException or JsonException)
        {
            return null;
        }
    }

    /// <summary>True when nothing is missing. Until the machine goes down the kernel has all that was written, flushed or not.</summary>
    private static bool IsWhole(string entry, EntryDescription description) =>
        description.Boot == Boot || SizeOf(entry) - new FileInfo(Path.Combine(entry, Description)).Length >= description.Bytes;

    private static string ReadBoot()
    {
        const string file = "/proc/sys/kernel/random/boot_id";
        return File.Exists(file) ? File.ReadAllText(file).Trim() : ""; // some sandboxes' kernels have none
    }

    private static long SizeOf(string path) =>
        new DirectoryInfo(path)
            .EnumerateFiles("*", new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.ReparsePoint })
            .Sum(file => file.Length);

    /// <param name="Boot">Between which two starts of the machine it was written; null when an earlier version of the service did.</param>
    private sealed record EntryDescription(long Bytes, IReadOnlyList<string> Folders, string? Boot = null);
}

/// <summary>Stored dependencies, used or not.</summary>
internal sealed record DependencyEntry(string Key, long Bytes, DateTime LastUsed);

/// <summary>Stored dependencies in use.</summary>
/// <param name="Root">Folder that mirrors the project's, with nothing but node_modules in it.</param>
/// <param name="PackageFolders">Folders, "" for the project's own, that have a node_modules.</param>
/// <param name="Lock">Keeps them from eviction.</param>
internal sealed record InstalledDependencies(string Root, IReadOnlyList<string> PackageFolders, IDisposable Lock) : IDisposable
{
    /// <summary>What build tools write below node_modules, and how much of it there may be.</summary>
    public static IReadOnlyDictionary<string, long> WritableFolders { get; } =
        new SortedDictionary<string, long>(StringComparer.Ordinal)
        {
            [".astro"] = 256L << 20,
            [".cache"] = 256L << 20,
            [".nitro"] = 64L << 20,
            [".tmp"] = 64L << 20, // what tsc -b remembers, in every project that Vite's own templates begin
            [".vite"] = 256L << 20,
            [".vite-temp"] = 64L << 20,
        };

    public void Dispose() => Lock.Dispose();
}
