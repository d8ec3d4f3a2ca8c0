using ErrorOr;

namespace Libra.Deploy.Application.Projects.Source;

/// <summary>Who made the lock file, and so who understands it.</summary>
public enum PackageManager
{
    /// <summary>The project has no package.json.</summary>
    None,
    Bun,
    Npm,
    Pnpm,
    Yarn,
}

/// <summary>What kind of build a project needs, as its files show.</summary>
/// <param name="HasPackageJson">True when dependencies may have to be installed.</param>
/// <param name="BuildScript">The text of <c>scripts.build</c>; null when there is nothing to build.</param>
/// <param name="PackageManager">By the lock file; Bun when there is a package.json and no lock.</param>
/// <param name="LockFilePath">Null when there is no lock and one has to be made first.</param>
/// <param name="WranglerConfigPath">Null when the project brings none.</param>
public sealed record ProjectLayout(
    bool HasPackageJson, string? BuildScript, PackageManager PackageManager, string? LockFilePath, string? WranglerConfigPath)
{
    // In wrangler's own order when there are several.
    private static readonly string[] WranglerConfigs = ["wrangler.json", "wrangler.jsonc", "wrangler.toml"];

    /// <summary>True when the package.json of a build names the programs that may run its scripts.</summary>
    public bool HasDevEngines { get; init; }

    /// <summary>Looks at the files at the top of the tree.</summary>
    public static ErrorOr<ProjectLayout> Of(SourceTree tree)
    {
        var file = tree.Find(PackageJson.FileName);
        var package = PackageJson.Read(file);
        if (package.IsError) return package.Errors;

        var wranglerConfig = WranglerConfigs.FirstOrDefault(path => tree.Find(path) is not null);
        if (file is null) return new ProjectLayout(false, null, PackageManager.None, null, wranglerConfig);

        var (lockFile, manager) = LockOf(tree);
        return new ProjectLayout(true, package.Value.BuildScript, manager, lockFile, wranglerConfig)
        {
            HasDevEngines = package.Value.HasDevEngines,
        };
    }

    private static (string? Path, PackageManager Manager) LockOf(SourceTree tree)
    {
        foreach (var name in DependencyLocks.Names)
        {
            if (tree.Find(name) is not null) return (name, DependencyLocks.ManagerOf(name));
        }

        return (null, PackageManager.Bun);
    }
}
