namespace Libra.Deploy.Cli.Source;

/// <summary>
/// What stays on this machine whatever a <c>.gitignore</c> says: the service drops it too, but secrets should not travel and
/// dependencies need not.
/// </summary>
internal static class NeverSent
{
    private static readonly HashSet<string> Names = new(StringComparer.Ordinal)
    {
        "node_modules", ".git", ".hg", ".svn", ".env", ".envrc", ".dev.vars", ".wrangler", ".turbo", ".DS_Store", "Thumbs.db",
    };

    public static bool Contains(string name) => Names.Contains(name)
        || (name.StartsWith(".env.", StringComparison.Ordinal) || name.StartsWith(".dev.vars.", StringComparison.Ordinal))
        && name is not (".env.example" or ".dev.vars.example");
}
