namespace Libra.Deploy.Cli.Source;

/// <summary>
/// What stays on this machine whatever a <c>.gitignore</c> says: the service drops it too, but secrets should not travel and
/// dependencies need not.
/// </summary>
internal static class NeverSent
{
    private static readonly HashSet<string> Names = new(StringComparer.Ordinal)
    {
        "node_modules", ".git", ".hg", ".svn", ".wrangler", ".turbo", ".DS_Store", "Thumbs.db",
    };

    public static bool Contains(string name) => Names.Contains(name) || HoldsSettings(name);

    /// <summary>True for the files in which a developer's machine has secrets, and often what a build needs.</summary>
    public static bool HoldsSettings(string name) => name is ".env" or ".envrc" or ".dev.vars"
        || (name.StartsWith(".env.", StringComparison.Ordinal) || name.StartsWith(".dev.vars.", StringComparison.Ordinal))
        && name is not (".env.example" or ".dev.vars.example");
}
