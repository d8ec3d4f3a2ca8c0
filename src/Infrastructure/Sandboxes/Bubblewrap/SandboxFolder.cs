using Libra.Deploy.Domain.Deployments;
using Libra.Deploy.Infrastructure.Processes;

namespace Libra.Deploy.Infrastructure.Sandboxes.Bubblewrap;

/// <summary>The folder of one sandbox, owned by the process that holds the lock beside it.</summary>
internal sealed class SandboxFolder : IDisposable
{
    private const string LockSuffix = ".lock";
    private readonly IDisposable _owner;
    private readonly IDisposable? _use;

    private SandboxFolder(string folder, IDisposable owner, IDisposable? use) => (Folder, _owner, _use) = (folder, owner, use);

    public string Folder { get; }

    public string Id => Path.GetFileName(Folder);

    public string Source => Path.Combine(Folder, "source");

    /// <summary>Makes one, after who replaces the organization's package cache at this moment.</summary>
    public static async Task<SandboxFolder> CreateAsync(
        OrganizationFolders folders, DeploymentId deployment, CancellationToken cancellationToken)
    {
        var use = await LockFile.ShareAsync(folders.InUse, cancellationToken);
        try
        {
            OrganizationFolders.CreateOpen(folders.Cache); // who replaced it may have been killed in between
            return Create(folders, deployment, use);
        }
        catch
        {
            use.Dispose();
            throw;
        }
    }

    private static SandboxFolder Create(OrganizationFolders folders, DeploymentId deployment, IDisposable use)
    {
        var folder = Path.Combine(folders.Sandboxes, $"{deployment}.{Guid.NewGuid().ToString("N")[..8]}");
        // Before the folder, so that nobody can take a new one for an orphan.
        var owner = LockFile.TryTake(folder + LockSuffix) ?? throw new IOException($"{folder} is new and yet in use.");
        var made = new SandboxFolder(folder, owner, use);
        Directory.CreateDirectory(made.Source);
        return made;
    }

    /// <summary>Names of all sandboxes, alive or not.</summary>
    public static IReadOnlyList<string> IdsIn(OrganizationFolders folders) =>
        [.. Directory.EnumerateFiles(folders.Sandboxes, "*" + LockSuffix).Select(path => Path.GetFileNameWithoutExtension(path))];

    /// <summary>Takes over a sandbox's folder whose owner is dead; null when it lives.</summary>
    public static SandboxFolder? TryAdopt(OrganizationFolders folders, string id)
    {
        var folder = Path.Combine(folders.Sandboxes, id);
        return LockFile.TryTake(folder + LockSuffix) is { } owner ? new SandboxFolder(folder, owner, use: null) : null;
    }

    /// <summary>Which deployment a sandbox was made for; null when its name is not of ours.</summary>
    public static DeploymentId? DeploymentOf(string id) => DeploymentId.TryParse(id.Split('.')[0]);

    public void Dispose()
    {
        if (Directory.Exists(Folder)) Directory.Delete(Folder, recursive: true);
        File.Delete(Folder + LockSuffix);
        _owner.Dispose();
        _use?.Dispose();
    }
}
