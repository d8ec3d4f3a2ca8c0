using Libra.Deploy.Application.Projects.Source;
namespace Libra.Deploy.Application.Deployments.Pipeline.Lockfiles;

/// <summary>Says whether a project's lock file may be given to its package manager.</summary>
/// <remarks>
/// A package manager stores what a lock file points to under the name that the lock file gives it and never checks it again, so a lock file
/// that lies would poison the organization's cache for its other projects. What passes here names packages of the registry and nothing
/// else.
/// </remarks>
public static class LockfileRules
{
    /// <summary>Largest lock file that is read.</summary>
    public const int MaxBytes = 32 << 20;

    /// <summary>How many reasons are told: further ones would be more of the same.</summary>
    public const int MaxProblems = 10;

    /// <summary>What of the file says which packages the project has; the rest is about the package manager itself.</summary>
    public static string ProjectsOwn(PackageManager manager, string text) =>
        manager == PackageManager.Pnpm ? PnpmLockfile.ProjectsOwn(text) : text;

    /// <summary>Every reason to refuse the lock file, each a sentence that names the entry; none when it is fine.</summary>
    /// <param name="manager">Whose lock file it is.</param>
    /// <param name="text">All of it.</param>
    /// <param name="registry">The registry to install from, with a slash at the end.</param>
    /// <param name="name">What the file is called; null for what its package manager usually calls it.</param>
    public static IReadOnlyList<string> Check(PackageManager manager, string text, Uri registry, string? name = null)
    {
        var problems = manager switch
        {
            PackageManager.Bun => BunLockfile.Problems(text, registry),
            PackageManager.Npm => NpmLockfile.Problems(text, name ?? DependencyLocks.Of(manager)[^1]),
            PackageManager.Pnpm => PnpmLockfile.Problems(text),
            PackageManager.Yarn or PackageManager.None =>
                throw new ArgumentOutOfRangeException(nameof(manager), manager, "No rules for its lock file."),
        };
        return [.. problems.Take(MaxProblems)];
    }
}
