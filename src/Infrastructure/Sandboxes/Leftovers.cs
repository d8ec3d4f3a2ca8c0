using Libra.Deploy.Domain.Deployments;

namespace Libra.Deploy.Infrastructure.Sandboxes;

/// <summary>Removes what dead workers left of an organization's sandboxes. Their processes died with them.</summary>
internal static class Leftovers
{
    public static int Remove(OrganizationFolders folders, IReadOnlySet<DeploymentId> alive, long maxCacheBytes, CancellationToken cancellationToken)
    {
        var removed = 0;
        foreach (var path in Directory.EnumerateDirectories(folders.Jobs))
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (JobFolder.DeploymentOf(path) is { } deployment && alive.Contains(deployment)) continue;
            if (JobFolder.TryAdopt(path) is not { } orphan) continue;

            orphan.Dispose();
            removed++;
        }

        var inUse = Directory.EnumerateDirectories(folders.Jobs).Select(path => Path.GetFileName(path)).ToHashSet();
        foreach (var path in Directory.EnumerateDirectories(folders.Work))
        {
            // A finished install waits for its move under the same name and ".done".
            var job = Path.GetFileName(path);
            if (!inUse.Contains(job) && !inUse.Contains(Path.GetFileNameWithoutExtension(job))) Directory.Delete(path, recursive: true);
        }

        if (inUse.Count == 0) TrimCache(folders, maxCacheBytes);
        return removed;
    }

    private static void TrimCache(OrganizationFolders folders, long maxBytes)
    {
        var files = new DirectoryInfo(folders.Cache).EnumerateFiles("*", new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.ReparsePoint });
        if (files.Sum(file => file.Length) <= maxBytes) return;

        Directory.Delete(folders.Cache, recursive: true);
        OrganizationFolders.CreateOpen(folders.Cache);
    }
}
