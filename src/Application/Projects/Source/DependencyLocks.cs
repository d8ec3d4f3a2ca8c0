namespace Libra.Deploy.Application.Projects.Source;

/// <summary>The lock files that package managers write, at the top of a project. The one list: all others are made of it.</summary>
public static class DependencyLocks
{
    /// <summary>In the order in which they count when a project has several; the last two cannot be read here.</summary>
    /// <remarks>npm takes its shrinkwrap before its lock file; bun reads both of its own, and only the older one is no text.</remarks>
    private static readonly (string Name, PackageManager Manager)[] All =
    [
        ("bun.lock", PackageManager.Bun),
        ("npm-shrinkwrap.json", PackageManager.Npm),
        ("package-lock.json", PackageManager.Npm),
        ("pnpm-lock.yaml", PackageManager.Pnpm),
        (UnreadableBunLock, PackageManager.Bun),
        ("yarn.lock", PackageManager.Yarn),
    ];

    /// <summary>What bun wrote before 1.2: no text, so that nobody can check it.</summary>
    public const string UnreadableBunLock = "bun.lockb";

    /// <summary>All names, the one that counts most first.</summary>
    public static IReadOnlyList<string> Names { get; } = [.. All.Select(file => file.Name)];

    /// <summary>The names of those that an install can follow.</summary>
    public static IReadOnlyList<string> Readable { get; } =
        [.. All.Where(file => file.Name != UnreadableBunLock && file.Manager != PackageManager.Yarn).Select(file => file.Name)];

    /// <summary>Whose lock file this is.</summary>
    public static PackageManager ManagerOf(string name) => All.Single(file => file.Name == name).Manager;

    /// <summary>The readable ones of a package manager: the one that it prefers first, the one that it makes by itself last.</summary>
    public static IReadOnlyList<string> Of(PackageManager manager) => [.. Readable.Where(name => ManagerOf(name) == manager)];
}
