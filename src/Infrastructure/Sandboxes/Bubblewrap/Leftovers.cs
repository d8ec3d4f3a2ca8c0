using System.IO.Enumeration;
using Libra.Deploy.Domain.Deployments;
using Libra.Deploy.Infrastructure.Artifacts;
using Libra.Deploy.Infrastructure.Processes;

namespace Libra.Deploy.Infrastructure.Sandboxes.Bubblewrap;

/// <summary>Removes what dead workers left of an organization's sandboxes. Their processes died with them.</summary>
internal static class Leftovers
{
    private const string DoomedPrefix = "removed-cache-";

    /// <param name="folders">Of the organization.</param>
    /// <param name="alive">Deployments whose sandboxes stay.</param>
    /// <param name="maxCacheBytes">A larger package cache starts afresh.</param>
    /// <param name="groups">Where a dead sandbox may have left a process; null for a provider that uses none.</param>
    /// <param name="cancellationToken">Ends it between two sandboxes.</param>
    /// <returns>How many sandboxes were removed.</returns>
    public static async Task<int> RemoveAsync(
        OrganizationFolders folders, IReadOnlySet<DeploymentId> alive, long maxCacheBytes, ControlGroups? groups,
        CancellationToken cancellationToken)
    {
        // Before the list of sandboxes: an install's folder is younger than its sandbox, so one without a sandbox has outlived it.
        var installs = Directory.EnumerateDirectories(folders.Work).ToList();
        var removed = 0;
        foreach (var id in SandboxFolder.IdsIn(folders))
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (SandboxFolder.DeploymentOf(id) is { } deployment && alive.Contains(deployment)) continue;
            if (SandboxFolder.TryAdopt(folders, id) is not { } orphan) continue;

            // Without a folder it is a sandbox that went away by itself between the list and here.
            if (Directory.Exists(orphan.Folder)) removed++;
            if (groups is not null) await groups.EndAsync(id);
            orphan.Dispose();
        }

        var left = SandboxFolder.IdsIn(folders).ToHashSet();
        // A finished install waits for its move under its sandbox's name and ".done".
        foreach (var path in installs.Where(
            path => !left.Contains(Path.GetFileName(path)) && !left.Contains(Path.GetFileNameWithoutExtension(path))))
        {
            if (Directory.Exists(path)) Directory.Delete(path, recursive: true);
        }

        TrimCache(folders, maxCacheBytes);
        RemoveDoomed(folders);
        return removed;
    }

    private static void TrimCache(OrganizationFolders folders, long maxBytes)
    {
        var measured = Path.Combine(folders.Root, "cache-measured");
        // Each install makes a folder in Work and removes it; without one since the last time the cache is as large as it was.
        if (File.GetLastWriteTimeUtc(measured) > Directory.GetLastWriteTimeUtc(folders.Work)) return;

        // What is in use cannot be replaced, so it need not be measured either.
        using (var unused = LockFile.TryTake(folders.InUse))
        {
            if (unused is null) return;
        }

        File.WriteAllText(measured, ""); // before it is measured: what is installed meanwhile counts the next time
        // Without the lock, since measuring takes long and no sandbox can be made as long as somebody has it alone.
        if (SizeOf(folders.Cache) <= maxBytes) return;

        using var alone = LockFile.TryTake(folders.InUse);
        if (alone is null)
        {
            File.Delete(measured);
            return;
        }

        // Moved away first: package managers take what half a removal leaves for whole packages.
        Directory.Move(folders.Cache, Path.Combine(folders.Root, DoomedPrefix + Guid.NewGuid().ToString("N")));
        OrganizationFolders.CreateOpen(folders.Cache);
    }

    // By entries, because a FileInfo throws when its file goes away meanwhile.
    private static long SizeOf(string folder) =>
        new FileSystemEnumerable<long>(
            folder, (ref FileSystemEntry file) => file.Length,
            new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.ReparsePoint })
        {
            ShouldIncludePredicate = (ref FileSystemEntry entry) => !entry.IsDirectory,
        }.Sum();

    /// <summary>Removes caches that were moved away, by whom ever.</summary>
    private static void RemoveDoomed(OrganizationFolders folders)
    {
        foreach (var doomed in Directory.EnumerateDirectories(folders.Root, DoomedPrefix + "*").ToList()) TemporaryFolder.Remove(doomed);
    }
}
