namespace Libra.Deploy.Infrastructure.Artifacts;

/// <summary>One rule of an <c>.assetsignore</c> file, held to a path name by name.</summary>
/// <remarks>
/// The user writes rules and paths, so neither may cost more than their two lengths multiplied: only the last <c>**</c>, and in a name
/// only the last <c>*</c>, is ever gone back to. One before it could only skip more, which the last one can do as well.
/// </remarks>
internal sealed class AssetsRule
{
    private const string AnyFolders = "**";

    private readonly List<string> _names = [];
    private readonly bool _foldersOnly;

    /// <param name="rule">A line of the file.</param>
    public AssetsRule(string rule)
    {
        KeepsFiles = rule[0] == '!';
        var pattern = KeepsFiles ? rule[1..] : rule;
        _foldersOnly = pattern.EndsWith('/');
        // A slash at the start or inside ties the rule to the root; otherwise it fits at any depth.
        if (!pattern.TrimEnd('/').Contains('/', StringComparison.Ordinal)) _names.Add(AnyFolders);
        _names.AddRange(pattern.Trim('/').Split('/').Select(name => name == AnyFolders ? name : WithSingleStars(name)));
        if (_names[^1] == AnyFolders) _names.Add("*"); // what is in the folder, not the folder itself
    }

    /// <summary>True for a rule that begins with <c>!</c>.</summary>
    public bool KeepsFiles { get; }

    /// <summary>True when it names the file or a folder above it.</summary>
    /// <param name="path">The names that the file's path is made of.</param>
    /// <param name="comparisons">Counts what it took.</param>
    public bool Fits(string[] path, ref long comparisons)
    {
        var (afterFolders, skipped) = (-1, 0);
        for (int name = 0, at = 0; ;)
        {
            comparisons++;
            if (name == _names.Count) return at < path.Length || !_foldersOnly;

            if (_names[name] == AnyFolders) (afterFolders, skipped) = (++name, at);
            else if (at < path.Length && Fits(_names[name], path[at], ref comparisons)) (name, at) = (name + 1, at + 1);
            else if (afterFolders >= 0 && skipped < path.Length) (name, at) = (afterFolders, ++skipped);
            else return false;
        }
    }

    private static bool Fits(string pattern, string name, ref long comparisons)
    {
        var (afterStar, skipped) = (-1, 0);
        var next = 0;
        for (var at = 0; at < name.Length;)
        {
            comparisons++;
            if (next < pattern.Length && pattern[next] == '*') (afterStar, skipped) = (++next, at);
            else if (next < pattern.Length && (pattern[next] == '?' || pattern[next] == name[at])) (next, at) = (next + 1, at + 1);
            else if (afterStar >= 0) (next, at) = (afterStar, ++skipped);
            else return false;
        }

        return next == pattern.Length || (next == pattern.Length - 1 && pattern[next] == '*');
    }

    private static string WithSingleStars(string name)
    {
        while (name.Contains("**", StringComparison.Ordinal)) name = name.Replace("**", "*", StringComparison.Ordinal);
        return name;
    }
}
